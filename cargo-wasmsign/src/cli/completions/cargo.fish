
# `cargo wasmsign ...` as `cargo-wasmsign ...`, beside the completions of cargo itself.
function __cargo_wasmsign_below_cargo
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    complete -C "cargo-wasmsign "(string join " " -- (string escape -- $words[3..-1]) "$current")
end
complete -c cargo -n '__fish_seen_subcommand_from wasmsign' -f -a '(__cargo_wasmsign_below_cargo)'
