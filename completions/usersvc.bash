_clap_complete_usersvc() {
    local IFS=$'\013'
    local _CLAP_COMPLETE_INDEX=${COMP_CWORD}
    local _CLAP_COMPLETE_COMP_TYPE=${COMP_TYPE}
    if compopt +o nospace 2> /dev/null; then
        local _CLAP_COMPLETE_SPACE=false
    else
        local _CLAP_COMPLETE_SPACE=true
    fi
    local words=() rest="$COMP_LINE" begun="" at piece space
    for at in "${!COMP_WORDS[@]}"; do
        piece="${COMP_WORDS[at]}"
        space="${rest%%[![:space:]]*}"
        rest="${rest#"$space"}"
        rest="${rest#"$piece"}"
        if [[ -n "$space" || "$at" -eq 0 ]]; then
            words+=("")
        fi
        if [[ "$at" -eq "$COMP_CWORD" ]]; then
            _CLAP_COMPLETE_INDEX=$((${#words[@]} - 1))
            begun="${words[_CLAP_COMPLETE_INDEX]}"
            if [[ "$piece" == [=:] ]]; then
                begun+="$piece"
            else
                piece="$2"
            fi
        fi
        words[${#words[@]} - 1]+="$piece"
    done
    COMPREPLY=( $( \
        _CLAP_IFS="$IFS" \
        _CLAP_COMPLETE_INDEX="$_CLAP_COMPLETE_INDEX" \
        _CLAP_COMPLETE_COMP_TYPE="$_CLAP_COMPLETE_COMP_TYPE" \
        _CLAP_COMPLETE_SPACE="$_CLAP_COMPLETE_SPACE" \
        USERSVC_COMPLETE="bash" \
        "usersvc" -- "${words[@]}" \
    ) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
    elif [[ $_CLAP_COMPLETE_SPACE == false ]] && [[ "${COMPREPLY-}" =~ [=/:]$ ]]; then
        compopt -o nospace
    fi
    COMPREPLY=("${COMPREPLY[@]#"$begun"}")
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _clap_complete_usersvc usersvc
else
    complete -o nospace -o bashdefault -F _clap_complete_usersvc usersvc
fi
