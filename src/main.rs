//! The binary: arguments in, exit code out. Everything that touches the terminal and the disk lies in [`cli`].

mod cli;

/// A scenario in flight allocates some thousand times a second, on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
