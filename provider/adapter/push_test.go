package adapter_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// newPushCall is a call that reads a push.
func newPushCall(tb testing.TB) *adapter.Call {
	tb.Helper()
	client, err := adapter.New(adapter.Config{Service: "acme", NoTemplates: true, BaseURL: "https://sms.example.com"})
	require.NoError(tb, err)
	return client.NewCall(provider.OpReports)
}

func newPush(body, contentType string) *http.Request {
	push := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", strings.NewReader(body))
	push.Header.Set("Content-Type", contentType)
	return push
}

// encoded writes text in a charset.
func encoded(t *testing.T, charset encoding.Encoding, text string) string {
	t.Helper()
	written, err := charset.NewEncoder().String(text)
	require.NoError(t, err)
	return written
}

var (
	utf16LE = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	utf16BE = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	utf32LE = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	utf32BE = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
)

// TestX1Charsets has each label with a text in its charset.
func TestX1Charsets(t *testing.T) {
	t.Parallel()
	call := newPushCall(t)
	for _, charset := range []struct {
		charset encoding.Encoding
		text    string
		labels  []string
	}{
		{encoding.Nop, "收到，谢谢😀", []string{"utf-8", "UTF-8", "utf8", "UTF8", "Utf8", "unicode-1-1-utf-8", "csUTF8", " utf-8 "}},
		{simplifiedchinese.GBK, "收到，謝谢一模", []string{"GBK", "gbk", "x-gbk", "CP936", "MS936", "windows-936", "gb2312", "GB_2312-80", "chinese", "csGBK", " GBK "}},
		{simplifiedchinese.GB18030, "收到，谢谢😀㐀", []string{"GB18030", "gb18030", "csGB18030", "GBK", "gb2312"}},
		{simplifiedchinese.HZGB2312, "收到，谢谢", []string{"HZ-GB-2312", "hz-gb-2312"}},
		{traditionalchinese.Big5, "收到，謝謝", []string{"Big5", "big5-hkscs", "cn-big5", "csBig5", "x-x-big5"}},
		{japanese.ShiftJIS, "了解です", []string{"Shift_JIS", "sjis", "windows-31j", "ms_kanji"}},
		{japanese.EUCJP, "了解です", []string{"EUC-JP", "x-euc-jp"}},
		{japanese.ISO2022JP, "了解です", []string{"ISO-2022-JP"}},
		{korean.EUCKR, "확인", []string{"EUC-KR", "ks_c_5601-1987", "windows-949"}},
		{charmap.ISO8859_1, "reçu", []string{"ISO-8859-1", "latin1", "l1", "iso_8859-1"}},
		{charmap.Windows1252, "reçu “ok”", []string{"windows-1252", "cp1252"}},
		{charmap.KOI8R, "получил", []string{"KOI8-R"}},
		{charmap.CodePage437, "reçu", []string{"IBM437", "cp437"}},
		{charmap.Windows874, "ได้รับ", []string{"TIS-620", "windows-874"}},
	} {
		for _, label := range charset.labels {
			for _, declaration := range []string{
				`<?xml version="1.0" encoding="` + label + `"?>`,
				`<?xml version='1.0' encoding = '` + label + `' standalone="yes" ?>`,
				"\n <?xml version=\"1.1\"\n\tencoding=\"" + label + "\"?>\r\n",
				`<?xml encoding="` + label + `"?>`,
			} {
				body := encoded(t, charset.charset, declaration+"<push><text>"+charset.text+"</text></push>")
				text, err := call.Push(newPush(body, "text/xml; charset=utf-8"))
				require.NoError(t, err)
				var got struct {
					Text string `xml:"text"`
				}
				require.NoError(t, adapter.DecodeXML(text, &got), "%s in %s", label, declaration)
				require.Equal(t, charset.text, got.Text, "%s in %s", label, declaration)
			}
		}
	}
}

// TestX1CharsetIsFound has bodies whose charset stands elsewhere, or is wrong.
func TestX1CharsetIsFound(t *testing.T) {
	t.Parallel()
	const document = `<?xml version="1.0" encoding="utf-16"?><a>收到</a>`
	for _, tc := range []struct{ name, body, contentType, want string }{
		{"no label", "<a>收到</a>", "", "<a>收到</a>"},
		{"label that nobody knows", `<?xml version="1.0" encoding="utf_8"?><a>收到</a>`, "", "收到"},
		{"empty label", `<?xml version="1.0" encoding=""?><a>收到</a>`, "", "收到"},
		{"no quotes", encoded(t, simplifiedchinese.GBK, `<?xml version="1.0" encoding=GBK?><a>收到</a>`), "", "收到"},
		{"UTF-8 that says UTF-16, as .NET writes", document, "", "收到"},
		{"UTF-8 that says UTF-32", `<?xml version="1.0" encoding="utf-32"?><a>收到</a>`, "", "收到"},
		{"UTF-8 that says EBCDIC", `<?xml version="1.0" encoding="IBM037"?><a>收到</a>`, "", "收到"},
		{"UTF-8 that says a charset without a reader", `<?xml version="1.0" encoding="ISO-2022-KR"?><a>收到</a>`, "", "收到"},
		{"UTF-16", encoded(t, utf16LE, document), "", document},
		{"UTF-16, big end first", encoded(t, utf16BE, document), "", document},
		{"UTF-16 with a mark", encoded(t, utf16LE, "\ufeff"+document), "", document},
		{"UTF-16, big end first, with a mark", encoded(t, utf16BE, "\ufeff"+document), "", document},
		{"UTF-16 with a Chinese letter first", encoded(t, utf16LE, "\ufeff收到"), "", "收到"},
		{"UTF-32", encoded(t, utf32LE, document), "", document},
		{"UTF-32, big end first", encoded(t, utf32BE, document), "", document},
		{"UTF-32 with a mark", encoded(t, utf32LE, "\ufeff"+document), "", document},
		{"UTF-32, big end first, with a mark", encoded(t, utf32BE, "\ufeff"+document), "", document},
		{"JSON in UTF-16", encoded(t, utf16BE, `{"text":"收到"}`), "application/json", `{"text":"收到"}`},
		{"mark of UTF-8 before another label", "\ufeff" + `<?xml version="1.0" encoding="GBK"?><a>收到</a>`, "", "收到"},
		{"JSON in GBK by its type", encoded(t, simplifiedchinese.GBK, `{"text":"收到"}`), "application/json; charset=GBK", `{"text":"收到"}`},
		{"JSON in GB18030 by its type", encoded(t, simplifiedchinese.GB18030, `["😀"]`), `application/json;charset="gb2312"`, `["😀"]`},
		{"XML in GBK by its type", encoded(t, simplifiedchinese.GBK, `<a>收到</a>`), "text/xml; charset=gbk", "<a>收到</a>"},
		{"XML that says UTF-8 and is GBK, as its type says", encoded(t, simplifiedchinese.GBK, `<?xml version="1.0" encoding="utf-8"?><a>收到</a>`), "text/xml; charset=gbk", "收到"},
		{"the declaration goes before the type", encoded(t, simplifiedchinese.GBK, `<?xml version="1.0" encoding="GBK"?><a>收到</a>`), "text/xml; charset=iso-8859-1", "收到"},
		{"UTF-8 whose type says otherwise", `{"text":"收到"}`, "application/json; charset=ISO-8859-1", `{"text":"收到"}`},
		{"UTF-8 whose type says UTF-16", `{"text":"收到"}`, "application/json; charset=utf-16", `{"text":"收到"}`},
		{"a type that is none", `{"text":"收到"}`, `application/json; charset="`, `{"text":"收到"}`},
		{"bytes of no charset", "{\"text\":\"a\xffb\"}", "", "{\"text\":\"a\ufffdb\"}"},
		{"bytes that are not in the charset", "<?xml version=\"1.0\" encoding=\"utf-8\"?><a>a\xffb</a>", "", "a\ufffdb"},
		{"empty", "", "text/xml; charset=GBK", ""},
		{"one byte", "\x00", "", "\ufffd"},
		{"white space", " \r\n\t", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text, err := newPushCall(t).Push(newPush(tc.body, tc.contentType))
			require.NoError(t, err)
			if strings.HasPrefix(tc.want, "<") || strings.HasPrefix(tc.want, "{") || !strings.HasPrefix(string(text), "<") {
				require.Equal(t, tc.want, string(text))
			}
			if strings.HasPrefix(string(text), "<") {
				var got struct {
					Text string `xml:",chardata"`
				}
				require.NoError(t, adapter.DecodeXML(text, &got))
				require.Contains(t, tc.want, got.Text)
				require.NotEmpty(t, got.Text)
			}
		})
	}
}

// TestX2WhiteSpaceAroundValues: in XML and JSON, and whatever white space.
func TestX2WhiteSpaceAroundValues(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]adapter.Scalar{
		"0": "0", " 0 ": "0", "\n\t\t0\n\t": "0", "\r\n0": "0", "\u00a00\u00a0": "0", "\u30000\u3000": "0", "\ufeff0": "0", "0\u200b": "0",
		"\u20280": "0", " ": "", "": "", " MK: 0001 ": "MK: 0001", "收到 谢谢 ": "收到 谢谢",
	} {
		var fromXML struct {
			Value adapter.Scalar `xml:"value"`
		}
		for _, document := range []string{
			"<a><value>" + written + "</value></a>",
			"<a>\n<value><![CDATA[" + written + "]]></value>\n</a>",
			"<a><value>" + written + "<!-- a remark --></value></a>",
		} {
			fromXML.Value = "of the push before"
			require.NoError(t, adapter.DecodeXML([]byte(document), &fromXML))
			require.Equal(t, want, fromXML.Value, "%q", document)
		}
		quoted, err := json.Marshal(written)
		require.NoError(t, err)
		var fromJSON struct{ Value adapter.Scalar }
		for _, value := range []string{string(quoted), `"` + strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(written) + `"`} {
			fromJSON.Value = "of the push before"
			require.NoError(t, adapter.DecodeJSON([]byte(`{"value":`+value+`}`), &fromJSON))
			require.Equal(t, want, fromJSON.Value, "%q", value)
		}
	}
	var of struct{ Value adapter.Scalar }
	require.NoError(t, adapter.DecodeJSON([]byte(`{"value": 7 }`), &of))
	require.Equal(t, adapter.Scalar("7"), of.Value)
}

func TestDecodeXMLFails(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "13800138000", "<a>13800138000", "<a>13800138000</b>", `<?xml version="1.0"?>`, `<?xml version="1.0"`, "<a>\x01</a>"} {
		var got struct{}
		require.EqualError(t, adapter.DecodeXML([]byte(text), &got), "not the expected XML", "%q", text)
	}
}

func TestPushFails(t *testing.T) {
	t.Parallel()
	call := newPushCall(t)
	get := newPush("{}", "")
	get.Method = http.MethodGet
	_, err := call.Push(get)
	require.EqualError(t, err, "acme: reports: unavailable: unusable push: want POST")

	push := newPush("", "")
	push.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	_, err = call.Push(push)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.EqualError(t, err, "acme: reports: unavailable: unusable push: unexpected EOF")

	body, err := call.Push(newPush(strings.Repeat("a", adapter.MaxReply), ""))
	require.NoError(t, err)
	require.Len(t, body, adapter.MaxReply)
	_, err = call.Push(newPush(strings.Repeat("a", adapter.MaxReply+1), ""))
	require.EqualError(t, err, "acme: reports: unavailable: unusable push: larger than 1 MiB")
}

// TestPushIsUnpacked, within the limit.
func TestPushIsUnpacked(t *testing.T) {
	t.Parallel()
	packed := func(text string) *http.Request {
		var body bytes.Buffer
		w := gzip.NewWriter(&body)
		_, _ = io.WriteString(w, text)
		require.NoError(t, w.Close())
		push := newPush(body.String(), "application/json")
		push.Header.Set("Content-Encoding", "gzip")
		return push
	}
	call := newPushCall(t)
	body, err := call.Push(packed(`{"a":1}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"a":1}`, string(body))
	_, err = call.Push(packed(strings.Repeat(" ", adapter.MaxReply+1)))
	require.ErrorContains(t, err, "larger than 1 MiB")
	broken := packed(`{"a":1}`)
	broken.Body = io.NopCloser(io.LimitReader(broken.Body, 12))
	_, err = call.Push(broken)
	require.ErrorContains(t, err, "unusable push: ")
}

// FuzzCharset: whatever comes, it is text behind, and text of UTF-8 stays what it is, but
// for marks and white space around it.
func FuzzCharset(f *testing.F) {
	for _, seed := range []string{
		`<?xml version="1.0" encoding="GBK"?><a>` + "\xca\xd5\xb5\xbd</a>", "\xff\xfe<\x00", "\x00\x00\xfe\xff", "\ufeff{}", "\ufeff\ufeff", `<?xml encoding=`,
		`<?xml version="1.0" encoding="hz-gb-2312"?>~{`, `<?xml version="1.0" encoding="utf-7"?>`, "", "\x00", "a\x00\x00\x00",
	} {
		f.Add(seed, "text/xml; charset=big5")
	}
	call := newPushCall(f)
	f.Fuzz(func(t *testing.T, body, contentType string) {
		push := newPush(body, "")
		push.Header["Content-Type"] = []string{contentType}
		text, err := call.Push(push)
		if err != nil {
			return
		}
		if !utf8.Valid(text) {
			t.Fatalf("%q", text)
		}
		var of struct {
			A adapter.Scalar `xml:"a"`
		}
		_ = adapter.DecodeXML(text, &of)
		if utf8.ValidString(body) && strings.IndexByte(body, 0) < 0 && !strings.Contains(body, "<?xml") &&
			string(text) != strings.Trim(body, "\ufeff \t\r\n") {
			t.Fatalf("%q was UTF-8 and became %q", body, text)
		}
	})
}

// net/http gives every request a body; one that is made by hand may lack it.
func TestPushWithoutABody(t *testing.T) {
	t.Parallel()
	body, err := newPushCall(t).Push(&http.Request{Method: http.MethodPost})
	require.NoError(t, err)
	require.Empty(t, body)
}
