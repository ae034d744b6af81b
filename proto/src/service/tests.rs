//! The service, spoken to as a host does: MessagePack in, MessagePack out.

mod apply;
mod erased;
mod host;
mod lifecycle;
mod refuse;
mod shelf;
mod state;
