//! Every resource: one file and one word.

use crate::client::Client;

tfplugin::resources! { Client: dlm_policy }
