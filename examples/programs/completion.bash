# Bash completion of the programs. Options come from --help, so that none is ever missing here.

_digit_options() {
    "$1" --help 2> /dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
}

_digit() {
    local program=$1 word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    case $before in
    --layout) mapfile -t COMPREPLY < <(compgen -W 'page line single' -- "$word") && return ;;
    --schedule) mapfile -t COMPREPLY < <(compgen -W 'constant cosine' -- "$word") && return ;;
    --architecture) mapfile -t COMPREPLY < <(compgen -W 'default keras' -- "$word") && return ;;
    --from)
        mapfile -t COMPREPLY < <(compgen -W built-in -- "$word"; compgen -f -- "$word")
        return
        ;;
    --folder) mapfile -t COMPREPLY < <(compgen -d -- "$word") && return ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_digit_options "$program")" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}

complete -o filenames -F _digit digit-train digit-eval digit-predict digit-read
