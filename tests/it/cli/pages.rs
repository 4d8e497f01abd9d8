//! What is made of the texts of the help: completions, manual pages, examples.

use std::process::Command;

use super::shell::Shell;

#[test]
fn every_shell_gets_its_completions_and_bash_can_read_them() {
    let shell = Shell::start();
    for name in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = shell.run(&format!("completions {name}")).exits(0);
        for word in ["harvest", "doctor", "collect"] {
            assert!(said.out.contains(word), "{name}: {word}");
        }
        shell.write("gleaner.complete", &said.out);
        if name == "bash" {
            let checked = Command::new("bash")
                .arg("-n")
                .arg(shell.path("gleaner.complete"))
                .status();
            assert!(checked.unwrap().success());
        }
    }
    shell.run("completions tcsh").exits(2).tells("tcsh");
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let shell = Shell::start();
    shell
        .run("man")
        .exits(0)
        .shows(".TH gleaner 1")
        .shows("Exit codes");
    shell.run("man --out pages").exits(0).shows("pages/gleaner.1");
    for name in ["gleaner", "gleaner-harvest", "gleaner-tasks-retry"] {
        let page = std::fs::read_to_string(shell.path(&format!("pages/{name}.1"))).unwrap();
        assert!(page.contains(".SH NAME"), "{name}");
    }
}
