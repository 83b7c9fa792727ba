//! STS: who is asking. It speaks the query protocol: a form in, XML out.

use super::place::{ACCESS_KEY, ACCOUNT};
use super::refusal::Refusal;

/// The XML that answers an action.
pub(super) fn answer(action: &str, request_id: &str) -> Result<String, Refusal> {
    if action != "GetCallerIdentity" {
        return Err(Refusal::new(
            "InvalidAction",
            format!("the sandbox does not support the action {action} as a query"),
        ));
    }
    Ok(format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{ACCOUNT}:user/{ACCESS_KEY}</Arn><UserId>{ACCESS_KEY}</UserId><Account>{ACCOUNT}</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    ))
}

/// A refusal as XML. Codes and messages of this endpoint may quote the request, so the message is escaped.
pub(super) fn draw_refusal(refusal: &Refusal, request_id: &str) -> String {
    let message = refusal.message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{}</Code><Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        refusal.code
    )
}
