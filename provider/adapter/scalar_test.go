package adapter_test

import (
	"encoding/json"
	"encoding/xml"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

func TestScalarNullEmptiesIt(t *testing.T) {
	t.Parallel()
	value := adapter.Scalar("of the reply before")
	require.NoError(t, json.Unmarshal([]byte("null"), &value))
	require.Empty(t, value)
}

func TestScalar(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, json string
		want       adapter.Scalar
		bad        bool
	}{
		{name: "string", json: `"000000"`, want: "000000"},
		{name: "escaped string", json: `"a\u4e2d"`, want: "a中"},
		{name: "escaped quotation mark", json: `"\""`, want: `"`},
		{name: "empty string", json: `""`, want: ""},
		{name: "string of other characters", json: `"提交成功"`, want: "提交成功"},
		{name: "string that is not UTF-8", json: "\"a\xff\"", want: "a\ufffd"},
		{name: "number keeps its digits", json: `16842079209571524017999`, want: "16842079209571524017999"},
		{name: "negative number", json: `-1`, want: "-1"},
		{name: "null", json: `null`, want: ""},
		{name: "boolean", json: `true`, bad: true},
		{name: "object", json: `{}`, bad: true},
		{name: "array", json: `["1"]`, bad: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got struct{ Value adapter.Scalar }
			err := json.Unmarshal([]byte(`{"value":`+tt.json+`}`), &got)
			require.Equal(t, tt.bad, err != nil, "%v", err)
			require.Equal(t, tt.want, got.Value)
		})
	}
}

// An Aside decides nothing, so no value of it spoils a reply.
func TestAsideTakesEverything(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]adapter.Aside{
		`" 5000:1\n"`: "5000:1", `7`: "7", `-1.50`: "-1.50", `""`: "", `null`: "", `true`: "", `{"a":[1]}`: "", `[["x"]]`: "",
	} {
		got := struct{ Value adapter.Aside }{"of the reply before"}
		require.NoError(t, json.Unmarshal([]byte(`{"value":`+text+`}`), &got), text)
		require.Equal(t, want, got.Value, text)
	}
	var got struct {
		Value adapter.Aside `xml:"value"`
	}
	require.NoError(t, xml.Unmarshal([]byte("<reply><value>\n 7\u200b </value></reply>"), &got))
	require.Equal(t, adapter.Aside("7"), got.Value)
}

// Decoders of other makers hand over what encoding/json never does.
func TestScalarRefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", `"`, `"a`, `"\`} {
		var value adapter.Scalar
		require.Error(t, value.UnmarshalJSON([]byte(data)), "%q", data)
	}
}
