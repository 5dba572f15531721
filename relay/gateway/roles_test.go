package gateway_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range []gateway.Principal{site, stranger, oldPhone, newPhone, operator} {
		found, err := w.Authenticate(t.Context(), p.Name+"-token")
		require.NoError(t, err)
		require.Equal(t, []any{p.Name, p.Role, p.Lanes, p.Countries}, []any{found.Name, found.Role, found.Lanes, found.Countries})
	}
	for _, token := range []string{"", "shop", "shop-token ", " shop-token", "SHOP-TOKEN", "shop-token\n", gateway.HashToken("shop-token")} {
		found, err := w.Authenticate(t.Context(), token)
		require.ErrorIs(t, err, gateway.ErrUnauthorized, "%q", token)
		require.Zero(t, found)
		if token != "" {
			require.NotContains(t, err.Error(), token)
		}
	}
}

// requests are all requests that need a role, each with the roles that may make it. Each
// stands with a caller's request that is faulty too: who may not ask does not learn that.
var requests = map[string]struct {
	roles []gateway.Role
	call  func(w *world, who gateway.Principal) error
}{
	"submit": {[]gateway.Role{gateway.RoleSite}, func(w *world, who gateway.Principal) error {
		_, err := w.Submit(w.Context(), who, gateway.Submission{})
		return err
	}},
	"job": {[]gateway.Role{gateway.RoleSite, gateway.RoleOperator}, func(w *world, who gateway.Principal) error {
		_, err := w.Job(w.Context(), who, "")
		return err
	}},
	"cancel": {[]gateway.Role{gateway.RoleSite, gateway.RoleOperator}, func(w *world, who gateway.Principal) error {
		_, err := w.Cancel(w.Context(), who, "")
		return err
	}},
	"cancel by key": {[]gateway.Role{gateway.RoleSite}, func(w *world, who gateway.Principal) error {
		_, err := w.CancelKey(w.Context(), who, "")
		return err
	}},
	"pull": {[]gateway.Role{gateway.RolePhone}, func(w *world, who gateway.Principal) error {
		_, err := w.Pull(w.Context(), who, gateway.PullRequest{Max: -1})
		return err
	}},
	"report": {[]gateway.Role{gateway.RolePhone}, func(w *world, who gateway.Principal) error {
		_, err := w.Report(w.Context(), who, gateway.ReportRequest{})
		return err
	}},
	"watch": {[]gateway.Role{gateway.RolePhone}, func(w *world, who gateway.Principal) error {
		_, _, err := w.Watch(who, []string{""})
		return err
	}},
	"list": {[]gateway.Role{gateway.RoleOperator}, func(w *world, who gateway.Principal) error {
		_, err := w.List(w.Context(), who, gateway.Filter{Limit: -1})
		return err
	}},
	"new registration": {[]gateway.Role{gateway.RoleOperator}, func(w *world, who gateway.Principal) error {
		_, err := w.NewRegistration(w.Context(), who, gateway.Invitation{For: -1})
		return err
	}},
	"revoke": {[]gateway.Role{gateway.RoleOperator}, func(w *world, who gateway.Principal) error {
		return w.Revoke(w.Context(), who, gateway.Hash{})
	}},
}

func TestRolesOfEachRequest(t *testing.T) {
	t.Parallel()
	for name, request := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, who := range []gateway.Principal{site, oldPhone, operator, {}, {Name: shop, Role: 7}} {
				before := w.queue.calls.Load()
				err := request.call(w, who)
				require.Error(t, err)
				var forbidden *gateway.ForbiddenError
				if slices.Contains(request.roles, who.Role) {
					require.NotErrorAs(t, err, &forbidden)
					continue
				}
				require.ErrorAs(t, err, &forbidden)
				require.Equal(t, who.Role, forbidden.Role)
				require.ErrorContains(t, err, who.Role.String())
				require.Equal(t, before, w.queue.calls.Load(), "the queue was not asked")
			}
		})
	}
}

func TestASiteSeesItsOwnJobsOnly(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	job := w.submitted(keyed())
	for _, id := range []string{job.ID, "nothing", ""} {
		read, err := w.Job(t.Context(), stranger, id)
		require.ErrorIs(t, err, gateway.ErrUnknownJob)
		require.Zero(t, read, "not even the job")
		read, err = w.Cancel(t.Context(), stranger, id)
		require.ErrorIs(t, err, gateway.ErrUnknownJob)
		require.Zero(t, read)
	}
	other, err := w.CancelKey(t.Context(), stranger, "k")
	require.NoError(t, err)
	require.NotEqual(t, job.ID, other.ID, "a key is the site's own")

	read, err := w.Job(t.Context(), operator, job.ID)
	require.NoError(t, err)
	require.Equal(t, job, read)
	require.Equal(t, relayapi.StateQueued, w.read(job.ID).State)
}
