
# `cargo wasmsign ...` as `cargo-wasmsign ...`. All else is left to whatever has completed the words of cargo before.
_cargo_wasmsign_function_of() {
    complete -p "$1" 2>/dev/null | sed -n 's/.* -F \([^ ]*\) .*/\1/p'
}
_cargo_wasmsign_below_cargo() {
    if [[ ${COMP_WORDS[1]} == wasmsign && $COMP_CWORD -gt 1 ]]; then
        COMP_WORDS=(cargo-wasmsign "${COMP_WORDS[@]:2}")
        COMP_CWORD=$((COMP_CWORD - 1))
        "$(_cargo_wasmsign_function_of cargo-wasmsign)" cargo-wasmsign "$2" "$3"
    elif [[ -n $_cargo_wasmsign_before ]]; then
        "$_cargo_wasmsign_before" "$@"
    fi
}
if [[ $(_cargo_wasmsign_function_of cargo) != _cargo_wasmsign_below_cargo ]]; then
    # Those that bash-completion would load when they are first needed.
    if [[ -z $(complete -p cargo 2>/dev/null) ]] && declare -F _completion_loader >/dev/null; then
        _completion_loader cargo
    fi
    _cargo_wasmsign_before=$(_cargo_wasmsign_function_of cargo)
    complete -F _cargo_wasmsign_below_cargo -o bashdefault -o default cargo
fi
