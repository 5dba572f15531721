package gateway

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Principal is who makes a request: a site, a phone or an operator, with what its token was
// given.
type Principal struct {
	// Name is the name of the site, the phone or the operator. A name may have several
	// tokens of one role, which are one holder: they share jobs and limits.
	Name string
	// Role is what it may do.
	Role Role
	// Lanes are the lanes that a phone may serve and a site may submit to. None means
	// relayapi.DefaultLane alone; [AnyLane] means every lane.
	Lanes []string
	// Countries are the calling codes, without a plus, of the numbers that a site may text.
	// None means 86, mainland China, alone. [AnyCountry] means every country but the
	// codes that are no country's, such as +979 and +881: those count only when they are
	// listed themselves.
	Countries []string
	// Limits bound what it does in a time.
	Limits Limits
	// Token is the hash of the token; zero for a principal that a door made without one.
	Token Hash
	// Revoked is when its token was revoked; zero when it was not. A token that was revoked
	// stays so, whatever a clock says.
	Revoked time.Time

	// found says when the gateway looked it up.
	found lookup
}

// AnyLane among the lanes of a principal stands for every lane.
const AnyLane = "*"

// AnyCountry among the countries of a principal stands for every country.
const AnyCountry = "*"

// Validate reports what is wrong with a principal that is to be stored, by field.
func (p Principal) Validate() error {
	for _, problem := range p.problems() {
		return &FieldError{Field: problem.field, Problem: problem.text}
	}
	if p.Token.IsZero() || p.Token == hashOf("") {
		return invalid("token", "want the hash of a token")
	}
	return nil
}

// problem is what is wrong with a field, in lower case.
type problem struct{ field, text string }

var (
	principalName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	callingCode   = regexp.MustCompile(`^[1-9][0-9]{0,2}$`)
)

func (p Principal) problems() []problem {
	var problems []problem
	add := func(field, format string, args ...any) {
		problems = append(problems, problem{field, fmt.Sprintf(format, args...)})
	}
	if !principalName.MatchString(p.Name) {
		add("name", `want 1 to 64 letters, digits, ".", "_" or "-"`)
	}
	if p.Role < RoleSite || p.Role > RoleOperator {
		add("role", "want RoleSite, RolePhone or RoleOperator")
	}
	for i, lane := range p.Lanes {
		if lane != AnyLane && !relayapi.ValidLane(lane) {
			add("lanes", "[%d]: %s", i, relayapi.LaneForm)
		}
	}
	for i, code := range p.Countries {
		if code != AnyCountry && !callingCode.MatchString(code) {
			add("countries", "[%d]: want a calling code of 1 to 3 digits, without a plus", i)
		}
	}
	return problems
}

// as returns [ErrForbidden] unless the principal has one of the roles.
func (p Principal) as(roles ...Role) error {
	if slices.Contains(roles, p.Role) {
		return nil
	}
	return &ForbiddenError{Role: p.Role}
}

// mayServe returns a [*ScopeError] that names the first lane that a phone was not given.
func (p Principal) mayServe(lanes []string) error {
	for _, lane := range lanes {
		if !p.hasLane(lane) {
			return &ScopeError{Field: "lanes", Value: lane, reason: ErrLaneForbidden}
		}
	}
	return nil
}

// maySubmit returns a [*ScopeError] unless a site was given the lane and the country.
func (p Principal) maySubmit(lane string, to relayapi.Number) error {
	if !p.hasLane(lane) {
		return &ScopeError{Field: "lane", Value: lane, reason: ErrLaneForbidden}
	}
	number, err := provider.ParsePhone(string(to))
	if err != nil {
		return invalid("to", "not a phone number")
	}
	if code := number.CountryCode(); !p.hasCountry(code) {
		return &ScopeError{Field: "to", Value: "+" + code, reason: ErrCountryForbidden}
	}
	return nil
}

func (p Principal) hasLane(lane string) bool {
	if len(p.Lanes) == 0 {
		return lane == relayapi.DefaultLane
	}
	return slices.Contains(p.Lanes, lane) || slices.Contains(p.Lanes, AnyLane)
}

func (p Principal) hasCountry(code string) bool {
	if len(p.Countries) == 0 {
		return code == mainland
	}
	return slices.Contains(p.Countries, code) || slices.Contains(p.Countries, AnyCountry) && !isNoCountry(code)
}
