# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_usersvc_global_optspecs
    string join \n via= server= context= o/output= trace= q/quiet v/verbose y/yes confirm= no-color data-dir= statestore= cache= cache-ttl= cache-lease= cache-strict h/help V/version
end

function __fish_usersvc_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_usersvc_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_usersvc_using_subcommand
    set -l cmd (__fish_usersvc_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c usersvc -n "__fish_usersvc_needs_command" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_needs_command" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_needs_command" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_needs_command" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_needs_command" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_needs_command" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_needs_command" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_needs_command" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_needs_command" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_needs_command" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_needs_command" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_needs_command" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_needs_command" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_needs_command" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_needs_command" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_needs_command" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_needs_command" -s V -l version -d 'Print version'
complete -c usersvc -n "__fish_usersvc_needs_command" -f -a "user" -d 'Create, read, change and delete users'
complete -c usersvc -n "__fish_usersvc_needs_command" -f -a "cache" -d 'Look into the cache, empty it, and check it against the state store'
complete -c usersvc -n "__fish_usersvc_needs_command" -f -a "shell" -d 'Run commands at a prompt, or from a script'
complete -c usersvc -n "__fish_usersvc_needs_command" -f -a "config" -d 'Show the settings and where they come from, and choose a context'
complete -c usersvc -n "__fish_usersvc_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c usersvc -n "__fish_usersvc_needs_command" -f -a "serve" -d 'Run the HTTP service'
complete -c usersvc -n "__fish_usersvc_needs_command" -f -a "help" -d 'Tell more of a command, or of a topic: exit-codes, environment, output, backends'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -f -a "create" -d 'Create a user'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -f -a "get" -d 'Show users'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -f -a "update" -d 'Change a user\'s name, e-mail address, or both'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and not __fish_seen_subcommand_from create get update delete" -f -a "delete" -d 'Delete users'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l name -d 'The name, 1 to 100 characters' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l email -d 'The e-mail address' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l as -d 'Print the request instead of sending it' -r -f -a "curl\t'curl, to the service'
dapr\t'curl, to the state API of the Dapr sidecar; what only a read would tell stands between < and >'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l dry-run -d 'Say what would be done, and do nothing'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l as -d 'Print the request instead of sending it' -r -f -a "curl\t'curl, to the service'
dapr\t'curl, to the state API of the Dapr sidecar; what only a read would tell stands between < and >'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l name -d 'The new name, 1 to 100 characters' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l email -d 'The new e-mail address' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l as -d 'Print the request instead of sending it' -r -f -a "curl\t'curl, to the service'
dapr\t'curl, to the state API of the Dapr sidecar; what only a read would tell stands between < and >'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l edit -d 'Change the user in an editor, VISUAL or EDITOR: as YAML, or as JSON with -o json'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l dry-run -d 'Say what would be done, and do nothing'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l as -d 'Print the request instead of sending it' -r -f -a "curl\t'curl, to the service'
dapr\t'curl, to the state API of the Dapr sidecar; what only a read would tell stands between < and >'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l dry-run -d 'Say what would be done, and do nothing'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand user; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -f -a "inspect" -d 'Show what the cache holds of users, and whether it is fresh'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -f -a "flush" -d 'Empty the cache: of some users, or of everything'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -f -a "verify" -d 'Compare the cache with the state store; the exit code is 1 if they disagree'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and not __fish_seen_subcommand_from inspect flush verify stats" -f -a "stats" -d 'Show the counters of the running service'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l as -d 'Print the request instead of sending it' -r -f -a "curl\t'curl, to the service'
dapr\t'curl, to the state API of the Dapr sidecar; what only a read would tell stands between < and >'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l as -d 'Print the request instead of sending it' -r -f -a "curl\t'curl, to the service'
dapr\t'curl, to the state API of the Dapr sidecar; what only a read would tell stands between < and >'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l dry-run -d 'Say what would be done, and do nothing'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from flush" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l sample -d 'Compare so many users, drawn at random' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l as -d 'Print the request instead of sending it' -r -f -a "curl\t'curl, to the service'
dapr\t'curl, to the state API of the Dapr sidecar; what only a read would tell stands between < and >'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l all -d 'Compare all users'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l fix -d 'Flush the entries that are wrong'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l dry-run -d 'With --fix: flush nothing, and only say what is wrong'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l as -d 'Print the request instead of sending it' -r -f -a "curl\t'curl, to the service'
dapr\t'curl, to the state API of the Dapr sidecar; what only a read would tell stands between < and >'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand cache; and __fish_seen_subcommand_from stats" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -s f -l file -d 'Run the commands of a file, or of stdin (-), and stop at the first that fails' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand shell" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -f -a "show" -d 'Show every setting, and where its value comes from'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -f -a "path" -d 'Show where the settings file is'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -f -a "contexts" -d 'Show the contexts of the settings file'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and not __fish_seen_subcommand_from show path contexts use" -f -a "use" -d 'Choose the context that holds unless another is named'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from contexts" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l none -d 'Choose no context'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand config; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l listen -d 'The address to listen on; port 0 takes any that is free' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l store -d 'Where the users are kept' -r -f -a "auto\t'Dapr if the environment names a sidecar, else embedded'
dapr\t'Two components of a Dapr sidecar'
embedded\t'A file of this machine, and a cache in memory'"
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l cache-audit -d 'The share of reads in which cache and state store are compared, from 0 to 1' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l unique-emails -d 'Give nobody an e-mail address that another user has, in any process, until it is turned off again' -r -f -a "true\t''
false\t''"
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l via -d 'How to reach the users' -r -f -a "auto\t'The service if it answers, else the sidecar that the environment names'
api\t'The service at --server'
dapr\t'The Dapr sidecar, without the service'
embedded\t'The data file; through the service that has it open, if there is one'"
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l server -d 'The URL of the service' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l context -d 'A context of the settings file, for what is not said otherwise (USERSVC_CONFIG names another file)' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -s o -l output -d 'What stdout is given' -r -f -a "table\t'A table on a terminal, tab-separated fields elsewhere'
json\t'JSON as the service sends it; several are a list'
ndjson\t'JSON, one line each'
yaml\t'YAML'
csv\t'Comma-separated fields below a line with their names (RFC 4180)'
name\t'Only the ids, one a line, as other commands take them'"
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l trace -d 'How the trace is printed on stderr' -r -f -a "text\t'One line a step'
json\t'One JSON object a line'
off\t'Not at all'"
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l confirm -d 'Go on in a guarded context, by giving its name, where nobody can be asked' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l data-dir -d 'The directory of the embedded store [default: usersvc in the user\'s data directory]' -r -F
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l statestore -d 'The name of Dapr\'s state store component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l cache -d 'The name of Dapr\'s cache component' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l cache-ttl -d 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l cache-lease -d 'For how long a process trusts what it read of the cache\'s state; counts for the first process on new stores' -r
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -s q -l quiet -d 'Print no trace and no notes, only results and errors'
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -s v -l verbose -d 'Say more: where the answer came from, and how long it took in all'
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -s y -l yes -d 'Do not ask before something destructive'
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l no-color -d 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -l cache-strict -d 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
complete -c usersvc -n "__fish_usersvc_using_subcommand help" -s h -l help -d 'Print help (see more with \'--help\')'
