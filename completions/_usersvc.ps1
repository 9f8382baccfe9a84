
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'usersvc' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'usersvc'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'usersvc' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('user', 'user', [CompletionResultType]::ParameterValue, 'Create, read, change and delete users')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'Look into the cache, empty it, and check it against the state store')
            [CompletionResult]::new('shell', 'shell', [CompletionResultType]::ParameterValue, 'Run commands at a prompt, or from a script')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the HTTP service')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'usersvc;user' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a user')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Show a user')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Change a user''s name, e-mail address, or both')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a user')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'usersvc;user;create' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name, 1 to 100 characters')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'The e-mail address')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;user;get' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;user;update' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The new name, 1 to 100 characters')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'The new e-mail address')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;user;delete' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;user;help' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a user')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Show a user')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Change a user''s name, e-mail address, or both')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a user')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'usersvc;user;help;create' {
            break
        }
        'usersvc;user;help;get' {
            break
        }
        'usersvc;user;help;update' {
            break
        }
        'usersvc;user;help;delete' {
            break
        }
        'usersvc;user;help;help' {
            break
        }
        'usersvc;cache' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what the cache holds of users, and whether it is fresh')
            [CompletionResult]::new('flush', 'flush', [CompletionResultType]::ParameterValue, 'Empty the cache: of some users, or of everything')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Compare the cache with the state store; the exit code is 1 if they disagree')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Show the counters of the running service')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'usersvc;cache;inspect' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;cache;flush' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;cache;verify' {
            [CompletionResult]::new('--sample', '--sample', [CompletionResultType]::ParameterName, 'Compare so many users, drawn at random')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Compare all users')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Flush the entries that are wrong')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;cache;stats' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;cache;help' {
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what the cache holds of users, and whether it is fresh')
            [CompletionResult]::new('flush', 'flush', [CompletionResultType]::ParameterValue, 'Empty the cache: of some users, or of everything')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Compare the cache with the state store; the exit code is 1 if they disagree')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Show the counters of the running service')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'usersvc;cache;help;inspect' {
            break
        }
        'usersvc;cache;help;flush' {
            break
        }
        'usersvc;cache;help;verify' {
            break
        }
        'usersvc;cache;help;stats' {
            break
        }
        'usersvc;cache;help;help' {
            break
        }
        'usersvc;shell' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Run the commands of a file, or of stdin (-), and stop at the first that fails')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Run the commands of a file, or of stdin (-), and stop at the first that fails')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;completions' {
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'The address to listen on; port 0 takes any that is free')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where the users are kept')
            [CompletionResult]::new('--cache-audit', '--cache-audit', [CompletionResultType]::ParameterName, 'The share of reads in which cache and state store are compared, from 0 to 1')
            [CompletionResult]::new('--unique-emails', '--unique-emails', [CompletionResultType]::ParameterName, 'Give nobody an e-mail address that another user has, in any process, until it is turned off again')
            [CompletionResult]::new('--data-dir', '--data-dir', [CompletionResultType]::ParameterName, 'The directory of the embedded store [default: usersvc in the user''s data directory]')
            [CompletionResult]::new('--statestore', '--statestore', [CompletionResultType]::ParameterName, 'The name of Dapr''s state store component')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'The name of Dapr''s cache component')
            [CompletionResult]::new('--cache-ttl', '--cache-ttl', [CompletionResultType]::ParameterName, 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute')
            [CompletionResult]::new('--cache-lease', '--cache-lease', [CompletionResultType]::ParameterName, 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How to reach the users')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The URL of the service')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What stdout is given')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'How the trace is printed on stderr')
            [CompletionResult]::new('--cache-strict', '--cache-strict', [CompletionResultType]::ParameterName, 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no trace and no notes, only results and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: where the answer came from, and how long it took in all')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something destructive')
            [CompletionResult]::new('--no-color', '--no-color', [CompletionResultType]::ParameterName, 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'usersvc;help' {
            [CompletionResult]::new('user', 'user', [CompletionResultType]::ParameterValue, 'Create, read, change and delete users')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'Look into the cache, empty it, and check it against the state store')
            [CompletionResult]::new('shell', 'shell', [CompletionResultType]::ParameterValue, 'Run commands at a prompt, or from a script')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the HTTP service')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'usersvc;help;user' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a user')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Show a user')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Change a user''s name, e-mail address, or both')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a user')
            break
        }
        'usersvc;help;user;create' {
            break
        }
        'usersvc;help;user;get' {
            break
        }
        'usersvc;help;user;update' {
            break
        }
        'usersvc;help;user;delete' {
            break
        }
        'usersvc;help;cache' {
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what the cache holds of users, and whether it is fresh')
            [CompletionResult]::new('flush', 'flush', [CompletionResultType]::ParameterValue, 'Empty the cache: of some users, or of everything')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Compare the cache with the state store; the exit code is 1 if they disagree')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Show the counters of the running service')
            break
        }
        'usersvc;help;cache;inspect' {
            break
        }
        'usersvc;help;cache;flush' {
            break
        }
        'usersvc;help;cache;verify' {
            break
        }
        'usersvc;help;cache;stats' {
            break
        }
        'usersvc;help;shell' {
            break
        }
        'usersvc;help;completions' {
            break
        }
        'usersvc;help;serve' {
            break
        }
        'usersvc;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
