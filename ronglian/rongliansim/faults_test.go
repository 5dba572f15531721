package rongliansim_test

import (
	"crypto/md5"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ronglian/rongliansim"
)

func TestM2Constructor(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 251)
	for field, changes := range map[string][]func(cfg *rongliansim.Config){
		"AccountSID": {
			func(cfg *rongliansim.Config) { *cfg = rongliansim.Config{} },
			func(cfg *rongliansim.Config) { cfg.AccountSID = "my-account" },
			func(cfg *rongliansim.Config) { cfg.AccountSID = "账号" },
		},
		"AuthToken":     {func(cfg *rongliansim.Config) { cfg.AuthToken = "" }},
		"AppID":         {func(cfg *rongliansim.Config) { cfg.AppID = "" }},
		"SubAccountSID": {func(cfg *rongliansim.Config) { cfg.SubAccountSID, cfg.SubAuthToken = "a-b", subToken }},
		"SubAuthToken": {
			func(cfg *rongliansim.Config) { cfg.SubAccountSID = subSID },
			func(cfg *rongliansim.Config) { cfg.SubAuthToken = subToken },
		},
		"Price": {func(cfg *rongliansim.Config) { cfg.Price = -1 }},
		"Templates": {
			func(cfg *rongliansim.Config) { cfg.Templates = map[string]string{"": "x"} },
			func(cfg *rongliansim.Config) { cfg.Templates = map[string]string{"1": long + "{1}"} },
			func(cfg *rongliansim.Config) {
				cfg.Trial, cfg.Templates, cfg.TestNumbers = true, map[string]string{"2": ""}, trial.TestNumbers
			},
		},
		"TestNumbers": {
			func(cfg *rongliansim.Config) { cfg.Trial = true },
			func(cfg *rongliansim.Config) { cfg.Trial, cfg.TestNumbers = true, []string{"006013800000"} },
		},
		"Blocked":     {func(cfg *rongliansim.Config) { cfg.Blocked = []string{"+8613800000000"} }},
		"Undelivered": {func(cfg *rongliansim.Config) { cfg.Undelivered = []string{""} }},
	} {
		for _, change := range changes {
			cfg := rongliansim.Config{AccountSID: accountSID, AuthToken: authToken, AppID: appID}
			change(&cfg)
			func() {
				defer func() { require.Contains(t, recover(), "Config."+field+":") }()
				rongliansim.New(cfg)
			}()
		}
	}
	s, _, _ := newServer(rongliansim.Config{Templates: map[string]string{"1": long[:246*3] + "{1}{2}"}})
	_, verdict := do(t, s, with(`["4653","2"]`, `["465","2"]`))
	require.Empty(t, verdict, "the longest that can be sent")
}

// TestM4NotSimulated: calls of the service that the simulator has not.
func TestM4NotSimulated(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(bySub(rongliansim.Config{}))
	unsigned := sigOf("")
	for _, call := range []string{
		"SMS/QuerySMS", "SMS/QuerySMSTemplate", "SMS/CreateSMSTemplate", "SMS/Messages", "Calls/VoiceVerify", "Calls/LandingCalls",
		"SubAccounts", "GetSubAccounts", "QuerySubAccountByName", "CloseSubAccount", "BillRecords", "ivr/createconf", "ivr/conf",
	} {
		for _, extra := range []change{unsigned, func(*http.Request) {}} {
			reply, verdict := do(t, s, to("/2013-12-26/Accounts/"+accountSID+"/"+call, "{}"), extra)
			require.Equal(t, `{"statusCode":"112602","statusMsg":"not simulated: `+call+`"}`, reply)
			require.Equal(t, "path: not simulated: "+call, verdict)
		}
	}
	reply, _ := do(t, s, to("/2013-12-26/SubAccounts/"+subSID+"/Calls/Callback", "{}"), header("Accept", "application/xml"))
	require.Contains(t, reply, "<statusCode>112602</statusCode><statusMsg>not simulated: Calls/Callback</statusMsg>")
	for _, call := range []string{"SMS/Nothing", "SMS/querysms", "Calls", ""} {
		reply, verdict := do(t, s, to("/2013-12-26/Accounts/"+accountSID+"/"+call, "{}"))
		require.Contains(t, reply, "404", "unknown, as before")
		require.NotContains(t, verdict, "not simulated")
	}
}

// TestM5WrongSig: the verdict names a known mistake, and otherwise what was tried.
func TestM5WrongSig(t *testing.T) {
	t.Parallel()
	const now = "20240102030405"
	sum := func(parts ...string) string { return fmt.Sprintf("%X", md5.Sum([]byte(strings.Join(parts, "")))) }
	for wrong, says := range map[string]string{
		sum(authToken, accountSID, now):                  "made of token + account + timestamp",
		sum(accountSID, now, authToken):                  "made of account + timestamp + token",
		sum(now, authToken, accountSID):                  "made of timestamp + token + account",
		sum(accountSID, authToken):                       "made without the timestamp",
		sum(accountSID, now):                             "made without the token",
		sum(authToken, now):                              "made without the account",
		sum(accountSID, authToken, "20240101190405"):     "made with the timestamp in UTC",
		sum(appID, authToken, now):                       "made with the appId in the place of the account",
		sum(accountSID, ":", authToken, ":", now):        "made with colons between the parts",
		sum(subSID, subToken, now):                       "made with the sub-account's credentials",
		sum(accountSID, subToken, now):                   "made with the main account's token in the place of the sub-account's, or the other way round",
		sum(accountSID, "another", now):                  "want the upper-case hexadecimal MD5",
		sum(accountSID, authToken, "20240102050405"):     "want the upper-case hexadecimal MD5",
		strings.ToLower(sum(authToken, accountSID, now)): "made of token + account + timestamp",
	} {
		s, _, _ := newServer(bySub(rongliansim.Config{}))
		_, verdict := do(t, s, sigOf(wrong))
		require.True(t, strings.HasPrefix(verdict, "sig: "+says), verdict)
		require.Equal(t, strings.HasPrefix(says, "want"), strings.Contains(verdict, "; tested: made with a time up to 5 seconds away, of account + timestamp + token, "), verdict)
		require.NotContains(t, verdict, "are right", "nothing is ruled out that was not tried")
		require.NotContains(t, verdict, authToken)
	}
	s, _, _ := newServer(rongliansim.Config{})
	_, verdict := do(t, s, auth(accountSID+":20240102150405"), sigOf(sum(accountSID, authToken, "20240102030405")))
	require.Contains(t, verdict, "made with the timestamp of a clock of twelve hours")
}
