
use builtin;
use str;

set edit:completion:arg-completer[usersvc] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'usersvc'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'usersvc'= {
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand user 'Create, read, change and delete users'
            cand cache 'Look into the cache, empty it, and check it against the state store'
            cand shell 'Run commands at a prompt, or from a script'
            cand completions 'Print the completion script for a shell'
            cand serve 'Run the HTTP service'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'usersvc;user'= {
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand create 'Create a user'
            cand get 'Show a user'
            cand update 'Change a user''s name, e-mail address, or both'
            cand delete 'Delete a user'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'usersvc;user;create'= {
            cand --name 'The name, 1 to 100 characters'
            cand --email 'The e-mail address'
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;user;get'= {
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;user;update'= {
            cand --name 'The new name, 1 to 100 characters'
            cand --email 'The new e-mail address'
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;user;delete'= {
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;user;help'= {
            cand create 'Create a user'
            cand get 'Show a user'
            cand update 'Change a user''s name, e-mail address, or both'
            cand delete 'Delete a user'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'usersvc;user;help;create'= {
        }
        &'usersvc;user;help;get'= {
        }
        &'usersvc;user;help;update'= {
        }
        &'usersvc;user;help;delete'= {
        }
        &'usersvc;user;help;help'= {
        }
        &'usersvc;cache'= {
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand inspect 'Show what the cache holds of users, and whether it is fresh'
            cand flush 'Empty the cache: of some users, or of everything'
            cand verify 'Compare the cache with the state store; the exit code is 1 if they disagree'
            cand stats 'Show the counters of the running service'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'usersvc;cache;inspect'= {
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;cache;flush'= {
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;cache;verify'= {
            cand --sample 'Compare so many users, drawn at random'
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand --all 'Compare all users'
            cand --fix 'Flush the entries that are wrong'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;cache;stats'= {
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;cache;help'= {
            cand inspect 'Show what the cache holds of users, and whether it is fresh'
            cand flush 'Empty the cache: of some users, or of everything'
            cand verify 'Compare the cache with the state store; the exit code is 1 if they disagree'
            cand stats 'Show the counters of the running service'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'usersvc;cache;help;inspect'= {
        }
        &'usersvc;cache;help;flush'= {
        }
        &'usersvc;cache;help;verify'= {
        }
        &'usersvc;cache;help;stats'= {
        }
        &'usersvc;cache;help;help'= {
        }
        &'usersvc;shell'= {
            cand -f 'Run the commands of a file, or of stdin (-), and stop at the first that fails'
            cand --file 'Run the commands of a file, or of stdin (-), and stop at the first that fails'
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;completions'= {
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;serve'= {
            cand --listen 'The address to listen on; port 0 takes any that is free'
            cand --store 'Where the users are kept'
            cand --cache-audit 'The share of reads in which cache and state store are compared, from 0 to 1'
            cand --unique-emails 'Give nobody an e-mail address that another user has, in any process, until it is turned off again'
            cand --data-dir 'The directory of the embedded store [default: usersvc in the user''s data directory]'
            cand --statestore 'The name of Dapr''s state store component'
            cand --cache 'The name of Dapr''s cache component'
            cand --cache-ttl 'For how long a value is served from the cache: seconds, or 90s, 15m, 1h; at least a minute'
            cand --cache-lease 'For how long a process trusts what it read of the cache''s state; counts for the first process on new stores'
            cand --via 'How to reach the users'
            cand --server 'The URL of the service'
            cand -o 'What stdout is given'
            cand --output 'What stdout is given'
            cand --trace 'How the trace is printed on stderr'
            cand --cache-strict 'Ask after each hit whether the cache lost anything meanwhile, at the price of one more call'
            cand -q 'Print no trace and no notes, only results and errors'
            cand --quiet 'Print no trace and no notes, only results and errors'
            cand -v 'Say more: where the answer came from, and how long it took in all'
            cand --verbose 'Say more: where the answer came from, and how long it took in all'
            cand -y 'Do not ask before something destructive'
            cand --yes 'Do not ask before something destructive'
            cand --no-color 'Print without colours (also NO_COLOR; CLICOLOR_FORCE for the opposite)'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'usersvc;help'= {
            cand user 'Create, read, change and delete users'
            cand cache 'Look into the cache, empty it, and check it against the state store'
            cand shell 'Run commands at a prompt, or from a script'
            cand completions 'Print the completion script for a shell'
            cand serve 'Run the HTTP service'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'usersvc;help;user'= {
            cand create 'Create a user'
            cand get 'Show a user'
            cand update 'Change a user''s name, e-mail address, or both'
            cand delete 'Delete a user'
        }
        &'usersvc;help;user;create'= {
        }
        &'usersvc;help;user;get'= {
        }
        &'usersvc;help;user;update'= {
        }
        &'usersvc;help;user;delete'= {
        }
        &'usersvc;help;cache'= {
            cand inspect 'Show what the cache holds of users, and whether it is fresh'
            cand flush 'Empty the cache: of some users, or of everything'
            cand verify 'Compare the cache with the state store; the exit code is 1 if they disagree'
            cand stats 'Show the counters of the running service'
        }
        &'usersvc;help;cache;inspect'= {
        }
        &'usersvc;help;cache;flush'= {
        }
        &'usersvc;help;cache;verify'= {
        }
        &'usersvc;help;cache;stats'= {
        }
        &'usersvc;help;shell'= {
        }
        &'usersvc;help;completions'= {
        }
        &'usersvc;help;serve'= {
        }
        &'usersvc;help;help'= {
        }
    ]
    $completions[$command]
}
