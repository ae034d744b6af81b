//! A provider with one resource: a note in a file.

use std::{fs, io};
use tfplugin::{Result, prelude::*};

model! {
    /// Keeps notes.
    struct Config {
        /// The directory of the notes.
        directory: Attr<String> = required(),
    }
}

struct Notes;

impl Provider for Notes {
    type Config = Config;
    type Client = String;

    async fn configure(&self, _: &mut ConfigureCx, config: Config) -> Result<Configured<String>> {
        let directory = config.directory.into_known();
        Ok(directory.map_or(Configured::NotYet, Configured::Ready))
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<String>>> {
        vec![tfplugin::resource(Handler)]
    }
}

model! {
    /// A note.
    struct Note {
        /// The name of its file.
        name: Attr<String> = required().validate(length(1..=80)).requires_replace(),
        /// What it says.
        text: Attr<String> = optional().default("nothing yet"),
        /// Where it is.
        path: Attr<String> = computed().use_state_for_unknown(),
    }
}

struct Handler;

impl Resource for Handler {
    type Client = String;
    type Model = Note;
    const TYPE_NAME: &'static str = "notes_note";

    async fn create(&self, cx: &mut Cx<String>, mut note: Note) -> Applied<Note> {
        note.path = format!("{}/{}", cx.client, text(&note.name)).into();
        write(note).into()
    }

    async fn read(&self, _: &mut Cx<String>, mut note: Note) -> Result<ReadBack<Note>> {
        note.text = match fs::read_to_string(text(&note.path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ReadBack::Gone),
            found => found.map_err(failed)?.into(),
        };
        Ok(ReadBack::Present(note))
    }

    async fn update(&self, _: &mut Cx<String>, _: &Note, note: Note) -> Applied<Note> {
        write(note).into()
    }

    async fn delete(&self, _: &mut Cx<String>, note: Note) -> Deleted {
        fs::remove_file(text(&note.path)).map_err(failed).into()
    }
}

fn write(note: Note) -> Result<Note> {
    fs::write(text(&note.path), text(&note.text)).map_err(failed)?;
    Ok(note)
}

fn text(attr: &Attr<String>) -> &str {
    attr.as_str().unwrap_or_default()
}

fn failed(error: io::Error) -> Diagnostics {
    Diagnostic::error("The note is out of reach", error.to_string()).into()
}

fn main() -> std::process::ExitCode {
    tfplugin::serve(Notes)
}
