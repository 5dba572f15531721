// Package relayapi is the wire contract of the relay gateway, version 1: the
// paths, the JSON bodies, the states and the error codes that sites, phones and
// the gateway share. It holds no behaviour beyond the form of values on the wire,
// so a phone app or a site in any language can be written from this page alone.
//
// # Requests
//
// Every request but those to [PathHealth], [PathOpenAPI] and [PathRegister] carries "Authorization: Bearer TOKEN". A
// token has one role: site, phone or operator, and is for certain lanes, and a site's for
// the numbers of certain countries. Bodies are JSON objects in UTF-8 with
// "Content-Type: application/json", at most [MaxBody] bytes. The gateway refuses
// fields that it does not know; clients must ignore fields that they do not know.
//
//	request                   token of         body → response
//	POST   /v1/messages       site             Submit → Submission (201 new, 200 repeated key)
//	GET    /v1/messages/{id}  site, operator   Submission
//	DELETE /v1/messages/{id}  site, operator   Submission, cancelled
//	DELETE /v1/messages       site             Submission, cancelled (the header Idempotency-Key names it)
//	POST   /v1/pull           phone            Pull → Pulled
//	POST   /v1/receipts       phone            StateReport → Recorded
//	POST   /v1/register       no token         Register → Registered (201)
//	GET    /healthz           no token         Health
//	GET    /v1/openapi.json   no token         this page as a document of OpenAPI 3.1
//
// The response to a refused request is an [ErrorReply] with the status that the
// description of its [ErrorCode] names.
//
// # Words
//
// A site submits a text ([Submit]); the gateway keeps it as a job. A [Submission] is
// the job as its site sees it, a [Job] is the job as a phone gets it. A phone pulls
// jobs, and the gateway offers them. A phone reports each state that it brings a job to
// ([StateReport]). The paths of version 1 have other words, and keep them.
//
// # A job's life
//
//	queued → offered → taken → sent → delivered
//	   └────────┴→ expired, cancelled   └→ failed
//	taken → uncertain                   the phone never said what became of it
//	taken → cancelling → cancelled      a phone that does not ask is asked to drop it
//	offered, taken → queued             the phone cannot send; another one can
//
// An offered job stays with its phone until the lease ends; after that the gateway may
// offer it to another phone. It never offers a taken job to another phone, and never a
// job past its deadline to any phone, not even when its own disk was slow: then it does
// not hand the job out, and answers "taken" with job_expired.
//
// A phone may pull several times at once, and several devices may share its token: for a
// tenth of the lease they get different jobs. After that a job that is not taken yet comes
// again, under another lease beside the first, with the same end. One of the two takes the
// job, and the other gets foreign_lease.
//
// A job goes back in one case alone: the phone that holds it reports failed with class
// limit, no_service or config and without may_have_sent, the deadline has not passed, and
// another phone of the lane is online. Then it is queued again, and its history has who
// failed. The gateway offers the phone nothing on that lane for a while: 30 seconds
// unless it is set up otherwise, and twice that each time again, up to ten minutes, until
// a text of the phone's is sent. When no other phone is left, the job fails at once.
//
// A job that was taken and of which nothing was heard for ten minutes, unless the gateway
// is set up otherwise, is uncertain. What its phone reports later still counts.
//
// # Reports that contradict
//
//   - sent without taken before, under a lease of the last phone: accepted, even after the lease has
//     ended. The phone has broken the contract, but the text is out.
//   - failed after sent: the job fails; the network could not deliver.
//   - Any report after delivered, failed, expired or cancelled, and any that names an
//     earlier state: the state stays, and the report stands in the history as late. The
//     first of two that are final counts. A late "sent" means that the text may be out,
//     whatever the state says.
//   - After uncertain every report counts but taken.
//
// # What a site does
//
//  1. POST /v1/messages with an Idempotency-Key of its own for each text, with
//     wait_ms, and with a ttl_seconds that is no longer than the wait: then the job
//     expires with the wait, even if the gateway stops before it can cancel the job.
//     When the connection drops, repeat the request at once: within a second it waits
//     for the same job. While several requests wait for a job, the gateway cancels it only
//     when the last of them has ended; one that ends earlier gets the state of then.
//     A submission without the key is accepted, but cannot be repeated without risk of
//     a second text, nor cancelled when its response is lost.
//  2. Act on the state in the response. "sent" and "delivered": the phone sent the
//     text. "cancelled" and "expired": no phone sent it, so the site may use another
//     provider. "taken", "cancelling" and "uncertain": a phone may have sent it.
//     "failed": the failure says why.
//  3. When there was no response, or it was queue_unavailable: DELETE /v1/messages with
//     the same key. A 200 means that no phone has sent the text and none will, even if
//     the submission is still on its way: the gateway cancels the key in advance. A 409
//     has the job's state. After any other error code no phone has sent the text.
//
// # What a phone app does
//
//  1. POST /v1/pull with wait_ms, so that the gateway responds as soon as there is a job.
//  2. For each job: POST /v1/receipts with state "taken" and the job's lease.
//  3. Send the text only after the response to "taken" was 200 with state "taken".
//     After any error code drop the job. When there was no response, repeat the same
//     report: it is idempotent.
//  4. POST /v1/receipts with state "sent" or "failed", and with "delivered" when the
//     network says so. Repeat until the gateway responds, and after too_many_requests.
//
// Step 3 is why a cancelled job is certainly not sent, and why two phones never send
// one job.
//
// # A device that has no token yet
//
// An operator makes a code, which is used once and lives for a quarter of an hour unless the
// operator says otherwise. The device posts it to [PathRegister] with a name of its choice, and gets
// its token. A refused code stays as it was. When the response was lost the code may be used up
// (registration_used): the operator makes another.
//
// # A phone app that cannot ask
//
// An app that sends what it is handed pulls with unasked. A job is taken when it is handed
// to the app, and no other phone ever gets it. The app gets it again with every pull until
// it has reported sent or failed, and keeps what it has sent by the job's id, so as not to
// send it twice. To cancel such a job is to ask: it comes with "cancelling": true, and the
// app answers with state "cancelled", or with what became of the text.
package relayapi
