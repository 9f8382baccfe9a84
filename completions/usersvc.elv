set edit:completion:arg-completer[usersvc] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) USERSVC_COMPLETE="elvish" usersvc -- $@words) | to-lines
}
