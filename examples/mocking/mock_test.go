package main

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// With a mock a test says beforehand which calls it expects. The interface has
// two methods, so the mock is short; what a provider checks by itself, the mock
// does not.

type mockProvider struct{ mock.Mock }

func (m *mockProvider) Name() string { return m.Called().String(0) }

func (m *mockProvider) Send(ctx context.Context, message provider.Message) (provider.Receipt, error) {
	args := m.Called(ctx, message)
	return args.Get(0).(provider.Receipt), args.Error(1)
}

// codeTo matches the message that the page should send.
func codeTo(to provider.Phone, code string) any {
	return mock.MatchedBy(func(m provider.Message) bool {
		return m.To == to && m.Template == "login" && m.Params[provider.ParamCode] == code
	})
}

func TestWithMock(t *testing.T) {
	t.Parallel()
	sms := &mockProvider{}
	sms.On("Send", mock.Anything, codeTo(phone, "042137")).Return(provider.Receipt{Provider: "mock", ID: "1", To: phone}, nil).Once()
	require.Equal(t, http.StatusAccepted, newPage(sms).post(t, number).Code)
	sms.AssertExpectations(t)
}

func TestWithMockASendThatFails(t *testing.T) {
	t.Parallel()
	sms := &mockProvider{}
	sms.On("Send", mock.Anything, mock.Anything).Return(provider.Receipt{}, &provider.Error{Kind: provider.KindBlocked}).Once()
	require.Equal(t, http.StatusUnprocessableEntity, newPage(sms).post(t, number).Code)
	sms.AssertExpectations(t)
}

func TestWithMockABadNumberIsNotTried(t *testing.T) {
	t.Parallel()
	sms := &mockProvider{}
	require.Equal(t, http.StatusBadRequest, newPage(sms).post(t, "").Code)
	sms.AssertNotCalled(t, "Send", mock.Anything, mock.Anything)
}
