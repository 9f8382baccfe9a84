complete --keep-order --exclusive --command usersvc --arguments "(USERSVC_COMPLETE=fish usersvc -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
