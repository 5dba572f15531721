// Package relayapi is the wire contract of the relay gateway, version 1: the
// paths, the JSON bodies, the states and the error codes that sites, phones and
// the gateway share. It holds no behaviour beyond the form of values on the wire,
// so a phone app or a site in any language can be written from this page alone.
//
// # Calls
//
// Every call but [PathHealth] carries "Authorization: Bearer TOKEN". A token has
// one role: site, phone or operator. Bodies are JSON objects in UTF-8 with
// "Content-Type: application/json", at most [MaxBody] bytes. The gateway refuses
// members that it does not know; clients must ignore members that they do not know.
//
//	POST   /v1/messages       site            Submit   → Submission (201 new, 200 repeated key)
//	GET    /v1/messages/{id}  site, operator           → Submission
//	DELETE /v1/messages/{id}  site, operator           → Submission, cancelled
//	DELETE /v1/messages       site            by Idempotency-Key → Submission, cancelled
//	POST   /v1/pull           phone           Pull     → Pulled
//	POST   /v1/receipts       phone           StateReport  → Recorded
//	GET    /healthz           nobody                   → Health
//
// A refused call is answered with an [ErrorReply] and the status that the
// description of its [ErrorCode] names.
//
// # A job's life
//
//	queued → offered → taken → sent → delivered
//	   └────────┴→ expired, cancelled   └→ failed
//
// A job never goes back. An offered job stays with its phone until the lease
// ends; after that another phone may be offered it. A taken job is never given to
// another phone. A job past its deadline is never handed out.
//
// # What a site does
//
//  1. POST /v1/messages with an Idempotency-Key of its own for each message, with
//     wait_ms, and with a ttl_seconds that is no longer than the wait: then the text
//     dies with its wait, even if the gateway does not live to call it back.
//  2. The answer's state says what to do. "sent" and "delivered": all is well.
//     "cancelled" and "expired": nothing was sent, another provider may. "taken": it may
//     have been sent. "failed": the failure tells.
//  3. When no answer came, or it was queue_unavailable: DELETE /v1/messages with the
//     same key. A 200 means that nothing was sent and nothing will be, even if the
//     submission is still on its way: the key is cancelled in advance. A 409 has the
//     state that the job was in. After any other error code nothing was sent.
//
// # What a phone app does
//
//  1. POST /v1/pull with wait_ms, so that the answer comes as soon as there is work.
//  2. For each job: POST /v1/receipts with state "taken" and the job's lease.
//  3. Send the text only after the answer to "taken" was 200 with state "taken".
//     After any error code drop the job. When no answer came, repeat the same
//     report: it is idempotent.
//  4. POST /v1/receipts with state "sent" or "failed", and "delivered" when the
//     network says so. Repeat until the gateway answers.
//
// Step 3 is what makes cancelling certain and keeps two phones from sending one job.
package relayapi
