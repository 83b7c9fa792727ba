//! The binary: arguments in, exit code out. Everything that touches the terminal and the disk lies in [`cli`].

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
