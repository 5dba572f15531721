package otp

import (
	"errors"
	"maps"
	"net/http"
)

func (h *Handler) start(x *exchange) error {
	v, err := h.config().Service.Start(x.r.Context(), StartRequest{
		Purpose: x.fields["purpose"], Phone: x.fields["phone"], Binding: x.session.binding, Device: x.session.device,
		Key: x.fields["key"], Client: h.client(x.r), Solution: x.fields["solution"], Captcha: x.fields["captcha"],
	})
	// What was refused leaves nothing to hold, so that the second of two clicks does not take
	// the first one's cookie away. What failed may have left a text on its way.
	if err == nil || errors.Is(err, Unavailable) {
		h.setCookie(x, x.session)
	}
	return x.verification(v, err)
}

func (h *Handler) resend(x *exchange) error {
	v, err := h.config().Service.Resend(x.r.Context(), ResendRequest{
		ID: x.fields["id"], Purpose: x.fields["purpose"], Binding: x.session.binding, Device: x.session.device,
		Client: h.client(x.r), Solution: x.fields["solution"], Captcha: x.fields["captcha"],
	})
	return x.verification(v, err)
}

func (h *Handler) status(x *exchange) error {
	v, err := h.config().Service.Status(x.r.Context(), x.fields["id"], x.fields["purpose"], x.session.binding)
	return x.verification(v, err)
}

// challenge answers with a challenge as it is, which is what widgets want.
func (h *Handler) challenge(x *exchange) error {
	made, err := h.config().Service.issue(x.r.Context())
	if errors.Is(err, errors.ErrUnsupported) {
		return refused(http.StatusNotFound, "path: the guard makes no challenges")
	}
	if err != nil {
		h.trouble(x, Checked{}, err)
		return unavailable("the guard failed", err)
	}
	x.write(http.StatusOK, made)
	return nil
}

func (h *Handler) cancel(x *exchange) error {
	if err := h.config().Service.Cancel(x.r.Context(), x.fields["id"], x.fields["purpose"], x.session.binding); err != nil {
		return err
	}
	x.write(http.StatusOK, struct{}{})
	return nil
}

func (h *Handler) check(x *exchange) error {
	done, err := h.config().Service.Check(x.r.Context(), CheckRequest{
		ID: x.fields["id"], Purpose: x.fields["purpose"], Binding: x.session.binding,
		Code: x.fields["code"], Phone: x.fields["phone"],
	})
	if err != nil {
		return err
	}
	h.setCookie(x, session{binding: newID(), device: x.session.device})
	w := &watched{ResponseWriter: x.w}
	if err := h.verified(w, x.r, done); err != nil {
		h.trouble(x, done, err)
		if w.written {
			return nil // the answer has begun
		}
		return &refusal{http.StatusInternalServerError, &Error{Code: Unavailable, Text: "OnVerified failed", Err: err}}
	}
	if !w.written {
		x.write(http.StatusOK, map[string]bool{"verified": true}, member{"message", x.words.About(Verification{State: Approved})})
	}
	return nil
}

// trouble tells of something that does not work as it promises.
func (h *Handler) trouble(x *exchange, done Checked, err error) {
	service := h.config().Service
	service.tell(x.r.Context(), Event{
		Kind: EventTrouble, At: service.config().Now(), ID: done.ID, Purpose: done.Purpose,
		Phone: done.Phone, Client: h.client(x.r), Test: done.Test, Err: err,
	})
}

// verified calls OnVerified, and takes its headers back when it fails.
func (h *Handler) verified(w *watched, r *http.Request, done Checked) (err error) {
	header, before, ok := w.Header(), w.Header().Clone(), false
	defer func() {
		if !ok {
			clear(header)
			maps.Copy(header, before)
		}
	}()
	err = h.config().OnVerified(w, r, done)
	ok = err == nil
	return err
}

// watched knows whether somebody has begun an answer.
type watched struct {
	http.ResponseWriter
	written bool
}

// Unwrap is for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader begins the answer, unless the status is one of those that come before it.
func (w *watched) WriteHeader(status int) {
	w.written = w.written || status >= http.StatusOK
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(data []byte) (int, error) {
	w.written = true
	return w.ResponseWriter.Write(data)
}
