package gateway_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
)

func (o *office) invite(i gateway.Invitation) provider.Secret {
	o.Helper()
	code, err := o.gateway.NewRegistration(o.Context(), o.who("eva"), i)
	require.NoError(o, err)
	return code
}

func TestADeviceRegisters(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.invite(gateway.Invitation{Lanes: []string{"mob"}, Limits: gateway.Limits{OpenPulls: 2}})
	require.Len(t, string(code), 26, "128 bits in base32")
	token, device, err := o.gateway.Register(t.Context(), code, "new-phone")
	require.NoError(t, err)
	require.Len(t, string(token), 43, "256 bits in base64")
	require.Equal(t, "new-phone", device.Name)
	require.Equal(t, gateway.RolePhone, device.Role)
	require.Equal(t, []string{"mob"}, device.Lanes)

	who, err := o.gateway.Authenticate(t.Context(), string(token))
	require.NoError(t, err)
	_, err = o.gateway.Pull(t.Context(), who, gateway.PullRequest{Lanes: []string{"mob"}})
	require.NoError(t, err)
	_, err = o.gateway.Pull(t.Context(), who, gateway.PullRequest{})
	require.ErrorIs(t, err, gateway.ErrLaneForbidden)

	all, err := o.principals.List(t.Context())
	require.NoError(t, err)
	printed := fmt.Sprintf("%+v %#v %v %s", all, all, token, code) + o.log.String()
	require.NotContains(t, printed, string(token))
	require.NotContains(t, printed, string(code))
	require.Contains(t, o.log.String(), "device registered")
}

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := string(o.invite(gateway.Invitation{}))
	typed := strings.ToUpper(code[:4]) + " - " + code[4:20] + " " + code[20:]
	_, _, err := o.gateway.Register(t.Context(), provider.Secret(typed), "new-phone")
	require.NoError(t, err)
}

func TestRefusedRegistrations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, func(c *gateway.Config) {
			c.Tokens = append(c.Tokens, gateway.Token{Name: "set-phone", Role: gateway.RolePhone, Hash: gateway.HashToken("set-phone-token")})
		})
		register := func(code provider.Secret, name string) error {
			token, _, err := o.gateway.Register(t.Context(), code, name)
			require.True(t, err == nil || token == "")
			return err
		}
		require.ErrorIs(t, register("nonsense", "new-phone"), gateway.ErrRegistrationUnknown)
		require.ErrorIs(t, register("", ""), gateway.ErrRegistrationUnknown)
		code := o.invite(gateway.Invitation{})
		require.ErrorIs(t, register(code, "old-phone"), gateway.ErrNameTaken)
		require.ErrorIs(t, register(code, "set-phone"), gateway.ErrNameTaken, "a name of the configuration")
		var field *gateway.FieldError
		require.ErrorAs(t, register(code, "new phone"), &field)
		require.Equal(t, "name", field.Field)
		require.NoError(t, register(code, "new-phone"), "no refusal used the code up")
		require.ErrorIs(t, register(code, "newer-phone"), gateway.ErrRegistrationUsed)

		late := o.invite(gateway.Invitation{For: time.Minute})
		<-time.After(time.Minute)
		require.ErrorIs(t, register(late, "late-phone"), gateway.ErrRegistrationExpired)
		forOne := o.invite(gateway.Invitation{Name: "old-phone"})
		require.ErrorAs(t, register(forOne, "other"), &field)
		require.NoError(t, register(forOne, "old-phone"), "an operator may name a device that lost its token")

		counts := o.gateway.Refusals()
		for code, want := range map[string]int64{"registration_unknown": 2, "name_taken": 2, "registration_used": 1, "registration_expired": 1, "invalid_field": 2} {
			require.Equal(t, want, counts[gateway.Refusal{Code: code}], code)
		}
	})
}

func TestGuessingCodesIsLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		code := o.invite(gateway.Invitation{})
		guess := func(n int) error {
			_, _, err := o.gateway.Register(t.Context(), provider.Secret(fmt.Sprintf("guess-%d", n)), "new-phone")
			return err
		}
		for n := range 60 {
			require.ErrorIs(t, guess(n), gateway.ErrRegistrationUnknown)
		}
		var limit *gateway.LimitError
		require.ErrorAs(t, guess(60), &limit)
		_, _, err := o.gateway.Register(t.Context(), code, "new-phone")
		require.NoError(t, err, "strangers keep nobody out who has a code of this gateway")
		_, _, err = o.gateway.Register(t.Context(), code, "another")
		require.ErrorAs(t, err, &limit, "a code that was used is as any other")
		expired := o.invite(gateway.Invitation{For: time.Second})
		<-time.After(time.Second)
		_, _, err = o.gateway.Register(t.Context(), expired, "another")
		require.ErrorAs(t, err, &limit)
		<-time.After(limit.RetryAfter)
		require.ErrorIs(t, guess(61), gateway.ErrRegistrationUnknown)
		require.Less(t, strings.Count(o.log.String(), "request refused"), 5, "a flood is not logged line by line")
	})
}

func TestOnlyOperatorsInvite(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var forbidden *gateway.ForbiddenError
	for _, name := range []string{shop, "old-phone"} {
		_, err := o.gateway.NewRegistration(t.Context(), o.who(name), gateway.Invitation{})
		require.ErrorAs(t, err, &forbidden, name)
	}
	_, err := o.gateway.NewRegistration(t.Context(), gateway.Principal{Name: "setup", Role: gateway.RoleOperator}, gateway.Invitation{})
	require.NoError(t, err, "the gateway's own program")
	for field, bad := range map[string]gateway.Invitation{
		"role": {Role: gateway.RoleOperator}, "for": {For: 25 * time.Hour}, "name": {Name: "a b"},
		"lanes": {Lanes: []string{"A"}}, "countries": {Role: gateway.RoleSite, Countries: []string{"+86"}},
	} {
		var err *gateway.FieldError
		_, got := o.gateway.NewRegistration(t.Context(), o.who("eva"), bad)
		require.ErrorAs(t, got, &err, field)
		require.Equal(t, field, err.Field)
	}
}

func TestWithoutRandomnessNobodyRegisters(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *gateway.Config) { c.Rand = iotest.ErrReader(errors.New("no entropy")) })
	_, err := o.gateway.NewRegistration(t.Context(), o.who("eva"), gateway.Invitation{})
	require.ErrorIs(t, err, gateway.ErrQueueFailed)
	_, _, err = o.gateway.Register(t.Context(), "code", "new-phone")
	require.ErrorIs(t, err, gateway.ErrQueueFailed)
}
