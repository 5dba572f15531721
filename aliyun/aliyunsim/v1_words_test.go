package aliyunsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestV1RefusalRepeatsWhatWasSigned: the real service does, and the vendor's older SDK for
// Go reads it.
func TestV1RefusalRepeatsWhatWasSigned(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	wrong := func(r *http.Request) {
		query := r.URL.Query()
		query.Set("Signature", "x")
		r.URL.RawQuery = query.Encode()
	}
	request := ask{action: "SendSms", fields: url.Values{"PhoneNumbers": {phone}}, nonce: "n", date: "2023-11-14T22:13:20Z", change: wrong}.v1(t, b)
	var reply map[string]string
	require.NoError(t, json.Unmarshal(b.do(t, request).Reply, &reply))
	require.Equal(t, "SignatureDoesNotMatch", reply["Code"])
	require.Equal(t, "Specified signature is not matched with our calculation. server string to sign is:POST&%2F&"+
		"AccessKeyId%3DtestId%26Action%3DSendSms%26Format%3DJSON%26PhoneNumbers%3D13800138000%26RegionId%3Dcn-hangzhou%26"+
		"SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dn%26SignatureType%3D%26SignatureVersion%3D1.0%26"+
		"Timestamp%3D2023-11-14T22%253A13%253A20Z%26Version%3D2017-05-25", reply["Message"])
}
