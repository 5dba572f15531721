package provider_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestTemplateValues(t *testing.T) {
	t.Parallel()
	login := provider.Template{ID: "SMS_1", Params: []string{"code", "minutes"}}
	lenient := provider.Template{ID: "SMS_1", Params: []string{"code"}, Ignore: []string{"minutes"}}
	for _, tc := range []struct {
		name     string
		template provider.Template
		params   provider.Params
		want     []string
		err      string
	}{
		{"in the template's order", login, provider.Params{"minutes": "10", "code": "042137"}, []string{"042137", "10"}, ""},
		{"empty values count", login, provider.Params{"minutes": "", "code": "1"}, []string{"1", ""}, ""},
		{"no parameters", provider.Template{ID: "1"}, nil, []string{}, ""},
		{"ignored and there", lenient, provider.Params{"code": "1", "minutes": "10"}, []string{"1"}, ""},
		{"ignored and not there", lenient, provider.Params{"code": "1"}, []string{"1"}, ""},

		{"missing", login, provider.Params{"code": "042137"}, nil, `missing parameter "minutes"`},
		{"all missing", login, nil, nil, `missing parameter "code", missing parameter "minutes"`},
		{"surplus", login, provider.Params{"code": "1", "minutes": "2", "name": "x"}, nil, `surplus parameter "name"`},
		{
			"missing and surplus, in order", login,
			provider.Params{"Code": "1", "a": "2", "minutes": "3"},
			nil, `missing parameter "code", surplus parameter "Code", surplus parameter "a"`,
		},
		{
			"many surplus, in order",
			provider.Template{ID: "1"},
			provider.Params{"f": "", "b": "", "d": "", "a": "", "e": "", "c": ""},
			nil, `surplus parameter "a", surplus parameter "b", surplus parameter "c", ` +
				`surplus parameter "d", surplus parameter "e", surplus parameter "f"`,
		},
		{"surplus beside an ignored one", lenient, provider.Params{"code": "1", "x": "2"}, nil, `surplus parameter "x"`},
		{"not UTF-8", login, provider.Params{"code": "1", "minutes": "1\xff0\x80\x81"}, nil, `Params: parameter "minutes" is not UTF-8`},
		{"ignored and not UTF-8", lenient, provider.Params{"code": "1", "minutes": "\xff"}, []string{"1"}, ""},
		{"text only", provider.Template{Text: "{code}"}, provider.Params{"code": "1"}, nil, "ID:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			values, err := tc.template.Values(tc.params)
			if tc.err != "" {
				requireTemplateError(t, err, tc.err, tc.params)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, values)
		})
	}
}

// requireTemplateError checks that err is of KindTemplate, says what is wrong
// and tells no value.
func requireTemplateError(t *testing.T, err error, want string, params provider.Params) {
	t.Helper()
	require.ErrorIs(t, err, provider.KindTemplate)
	require.ErrorContains(t, err, want)
	require.False(t, provider.MayHaveSent(err))
	for _, value := range params {
		if len(value) > 3 {
			require.NotContains(t, err.Error(), value)
		}
	}
}

func TestRenderNamesWhatIsMissingOnce(t *testing.T) {
	t.Parallel()
	_, err := provider.Template{Text: "{code} {code}"}.Render(nil)
	require.EqualError(t, err, `send: template: Params: missing parameter "code"`)
}

func TestTemplateRender(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		text   string
		params provider.Params
		want   string
		err    string
	}{
		{"one place", "Your code is {code}.", provider.Params{"code": "042137"}, "Your code is 042137.", ""},
		{"Chinese", "您的验证码是{code}，{minutes}分钟内有效。", provider.Params{"code": "042137", "minutes": "10"}, "您的验证码是042137，10分钟内有效。", ""},
		{"the same place twice", "{code} {code}", provider.Params{"code": "1"}, "1 1", ""},
		{"places side by side", "{a}{b}", provider.Params{"a": "1", "b": "2"}, "12", ""},
		{"no place", "Hello.", nil, "Hello.", ""},
		{"braces", "{{{code}}} {{}}", provider.Params{"code": "1"}, "{1} {}", ""},
		{"braces in a value stay", "{a}", provider.Params{"a": "{b} }} {{"}, "{b} }} {{", ""},
		{"empty value", "a{b}c", provider.Params{"b": ""}, "ac", ""},
		{"names of every kind", "{a_B-9}{zAZ0}", provider.Params{"a_B-9": "x", "zAZ0": "y"}, "xy", ""},

		{"missing", "{code} {minutes}", provider.Params{"code": "042137"}, "", `missing parameter "minutes"`},
		{"missing is named once", "{code} {code}", nil, "", `Params: missing parameter "code"`},
		{"surplus", "Hello.", provider.Params{"code": "042137"}, "", `surplus parameter "code"`},
		{"escaped is no place", "{{code}}", provider.Params{"code": "042137"}, "", `surplus parameter "code"`},
		{"open", "Your code is {code", provider.Params{"code": "1"}, "", "does not close"},
		{"closed only", "code}", provider.Params{"code": "1"}, "", "without its {"},
		{"empty name", "{}", nil, "", "bad parameter name in {}"},
		{"space in a name", "{my code}", nil, "", "bad parameter name in {my code}"},
		{"brace in a name", "{a{b}", nil, "", "bad parameter name in {a{b}"},
		{"Chinese name", "{验证码}", nil, "", "bad parameter name"},
		{"not UTF-8", "{code}", provider.Params{"code": "04\xff2137"}, "", `Params: parameter "code" is not UTF-8`},
		{"no text", "", nil, "", "Text:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text, err := provider.Template{Text: tc.text}.Render(tc.params)
			if tc.err != "" {
				require.Empty(t, text)
				requireTemplateError(t, err, tc.err, tc.params)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, text)
		})
	}
}

func TestRenderIgnores(t *testing.T) {
	t.Parallel()
	template := provider.Template{Text: "{code}", Ignore: []string{"minutes"}}
	text, err := template.Render(provider.Params{"code": "042137", "minutes": "10"})
	require.NoError(t, err)
	require.Equal(t, "042137", text)

	_, err = template.Render(provider.Params{"minutes": "10"})
	require.ErrorContains(t, err, `missing parameter "code"`)
	require.NotContains(t, err.Error(), "minutes")
}

func TestRenderAndValuesLeaveTheParamsAlone(t *testing.T) {
	t.Parallel()
	template := provider.Template{ID: "1", Params: []string{"code"}, Text: "{code}"}
	params := provider.Params{"code": "042137"}
	values, err := template.Values(params)
	require.NoError(t, err)
	values[0] = "changed"
	_, err = template.Render(params)
	require.NoError(t, err)
	require.True(t, params["code"] == "042137" && len(params) == 1)
}

func TestTemplatesLookup(t *testing.T) {
	t.Parallel()
	templates := provider.Templates{"login": {ID: "1"}}
	found, err := templates.Lookup("login")
	require.NoError(t, err)
	require.Equal(t, "1", found.ID)

	for _, missing := range []provider.Templates{templates, nil} {
		_, err = missing.Lookup("logout")
		requireTemplateError(t, err, `"logout": not mapped`, nil)
	}
}

func TestTemplatesClone(t *testing.T) {
	t.Parallel()
	templates := provider.Templates{"login": {ID: "1", Params: []string{"code"}, Ignore: []string{"name"}}}
	clone := templates.Clone()
	require.Equal(t, templates, clone)

	templates["login"].Params[0] = "changed"
	templates["login"].Ignore[0] = "changed"
	templates["other"] = provider.Template{ID: "2"}
	require.Equal(t, provider.Templates{"login": {ID: "1", Params: []string{"code"}, Ignore: []string{"name"}}}, clone)

	require.NotNil(t, provider.Templates(nil).Clone())
}

func TestTemplatesValidate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		template provider.Template
		problems []string
	}{
		{"id", provider.Template{ID: "1", Params: []string{"code"}}, nil},
		{"text", provider.Template{Text: "{code} {{}}"}, nil},
		{"both", provider.Template{ID: "1", Params: []string{"code"}, Text: "{code}", Sign: "x"}, nil},
		{"neither", provider.Template{}, []string{"want ID or Text"}},
		{"params without id", provider.Template{Text: "{a}", Params: []string{"a"}}, []string{"Params: belong to an ID"}},
		{"bad name", provider.Template{ID: "1", Params: []string{"my code", ""}}, []string{`bad name "my code"`, `bad name ""`}},
		{"named twice", provider.Template{ID: "1", Params: []string{"a", "b", "a"}}, []string{`"a" twice`}},
		{"bad text", provider.Template{ID: "1", Text: "{a"}, []string{"does not close"}},
		{
			"everything at once",
			provider.Template{Params: []string{"a b", "a b"}, Text: "}"},
			[]string{"belong to an ID", `bad name "a b"`, `"a b" twice`, "without its {"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := provider.Templates{"login": tc.template, "fine": {ID: "1"}}.Validate()
			if len(tc.problems) == 0 {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, `Templates["login"]: `)
			require.NotContains(t, err.Error(), `"fine"`)
			for _, problem := range tc.problems {
				require.ErrorContains(t, err, problem)
			}
			for line := range strings.Lines(err.Error()) {
				require.Contains(t, line, `Templates["login"]: `, "every line names the template")
			}
		})
	}
}

func TestTemplatesValidateReportsEveryTemplateInOrder(t *testing.T) {
	t.Parallel()
	err := provider.Templates{"b": {}, "a": {Text: "{"}, "": {ID: "1"}, "c": {ID: "1"}}.Validate()
	require.Error(t, err)
	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, 3)
	require.Contains(t, lines[0], `Templates[""]: a template wants a name`)
	require.Contains(t, lines[1], `Templates["a"]: `)
	require.Contains(t, lines[2], `Templates["b"]: `)
}

func FuzzTemplateRender(f *testing.F) {
	for _, text := range []string{
		"Your code is {code}.", "{{{code}}}", "{code", "code}", "{}", "{{}}", "}}{{", "{a}{a}", "您的验证码{code}", "\xff{code}\xfe", "",
	} {
		f.Add(text, "042137")
	}
	f.Add("{code}", "{code}")
	f.Fuzz(func(t *testing.T, text, value string) {
		template := provider.Template{Text: text}
		valid := provider.Templates{"login": template}.Validate() == nil
		literal := strings.NewReplacer("{{", "", "}}", "")

		rendered, err := template.Render(provider.Params{"code": value})
		if err != nil {
			require.ErrorIs(t, err, provider.KindTemplate)
			require.Empty(t, rendered)
			return
		}
		require.True(t, valid, "a text that renders is valid")
		require.Contains(t, rendered, value)
		if places := strings.Count(literal.Replace(text), "{code}"); places == 1 && !strings.ContainsAny(literal.Replace(text), "{}") {
			require.Len(t, rendered, len(text)-len("{code}")+len(value))
		}
	})
}
