# --- command line -----------------------------------------------------------------------------------------------------
# Reads the options, checks that they belong to the command, and runs the command.

main() {
  secure_search_path
  read_options "$@"
  check_options
  case $command_name in
    login) load_configuration && login ;;
    refresh) load_configuration && refresh ;;
    env) delivery_option=shell && load_configuration && print_env ;;
    helper) delivery_option=helper && load_configuration && print_policy ;;
    status) load_configuration && print_status ;;
    doctor) load_configuration && doctor ;;
    install) if [ -n "$update" ]; then update_agent; else install_agent; fi && login ;;
    uninstall) load_configuration && uninstall_agent ;;
    '') print_usage >&2 && exit 2 ;;
    *) die 2 "unknown command $command_name; see: pinward help" ;;
  esac
}

print_usage() {
  cat <<'EOF'
usage: pinward [--root DIR] [--config FILE] [--delivery WHAT] COMMAND

  login       poll the server now and apply its answer
  refresh     like login, but only when the poll interval is over
              [--stay] for timers that run every five minutes: while the server asks for shorter intervals, keep
              running and poll at those
  env         print the pins as shell exports: eval "$(pinward env)"
  helper      answer Claude Code's policyHelper with one JSON object
  status      what is applied, since when, from where, and the last error
  doctor      find what is wrong with this machine and print the command that fixes it; changes nothing
  install     --server URL [--token-file FILE | --token-stdin | --token-command COMMAND] [--machine ID]
              [--ca-file FILE] [--proxy URL] [--no-proxy HOSTS]
              [--organisation ORG --key FILE ... | [--organisation ORG] --trust-on-first-use]
              or --update: replace the installed agent by this one; configuration, token and keys stay
  uninstall   remove what install and login wrote
  help        or --help; --version

  --root DIR        put DIR before every path that the agent or its configuration names
  --config FILE     default: ~/.config/pinward/agent.conf of a user who has one, else /etc/pinward/agent.conf
  --offline         the doctor contacts neither the server nor Google
  --json            the doctor prints one JSON object
  --delivery WHAT   fragment (a managed-settings.d file; the default), shell (for env) or helper (for policyHelper)
  --key FILE        accept only what this public key (PEM, or base64 of its DER) or a key that it vouches for signed
  --ca-file FILE    accept a server whose certificate this authority signed (PEM), and no other
  --proxy URL       ask by this proxy; --no-proxy names hosts, with commas, that need none
  --trust-on-first-use  the same with the keys that the server lists during installation

The configuration is lines of key = value, read and never run: server, token_file or token_command, delivery,
machine, cli, timeout (seconds), settings_dir, state_dir, organisation (requires its signature), keys (a folder),
ca_file, proxy, no_proxy.
EOF
}

# in:  the words of the command line
# out: command_name and a variable for each option; config_lines: the options that belong in the configuration
read_options() {
  command_name='' root='' config='' delivery_option='' config_lines='' token_source='' install_option=''
  key_files='' first_use='' update='' offline='' stay='' json=''
  while [ $# -gt 0 ]; do
    case $1 in
      --root | --config | --delivery | --server | --machine | --token-command | --token-file | --organisation | \
        --key | --ca-file | --proxy | --no-proxy)
        [ $# -ge 2 ] || die 2 "$1 needs a value" ;;
    esac
    case $1 in
      --server | --machine | --token-* | --organisation | --key | --trust-* | --ca-file | --proxy | --no-proxy | --update)
        install_option=$1 ;;
    esac
    case $1 in
      --root) root=${2%/} && shift ;;
      --config) config=$2 && shift ;;
      --delivery) delivery_option=$2 && shift ;;
      --server) add_setting server "$2" && shift ;;
      --machine) add_setting machine "$2" && shift ;;
      --token-command) add_setting token_command "$2" && shift ;;
      --token-file) token_source=$2 && shift ;;
      --token-stdin) token_source=- ;;
      --organisation) add_setting organisation "$2" && shift ;;
      --key) key_files=$key_files$2$newline && shift ;;
      --ca-file) add_setting ca_file "$2" && shift ;;
      --proxy) add_setting proxy "$2" && shift ;;
      --no-proxy) add_setting no_proxy "$2" && shift ;;
      --trust-on-first-use) first_use=yes ;;
      --update) update=yes ;;
      --offline) offline=yes ;;
      --json) json=yes ;;
      --stay) stay=yes ;;
      --help | help) print_usage && exit ;;
      --version) echo "pinward $version" && exit ;;
      -*) die 2 "unknown option $1; see: pinward help" ;;
      *) [ -z "$command_name" ] || die 2 "one command at a time, not both $command_name and $1"
        command_name=$1 ;;
    esac
    shift
  done
}

# in:  KEY VALUE
# out: config_lines, with one more line
add_setting() { config_lines="$config_lines$1=$2$newline"; }

check_options() {
  [ -z "$install_option" ] || [ "$command_name" = install ] || die 2 "$install_option belongs to: pinward install"
  [ -z "$update" ] || [ -z "$config_lines$token_source$key_files$first_use$delivery_option" ] ||
    die 2 '--update keeps the configuration: no other option of install goes with it'
  [ -z "$offline" ] || [ "$command_name" = doctor ] || die 2 '--offline belongs to: pinward doctor'
  [ -z "$json" ] || [ "$command_name" = doctor ] || die 2 '--json belongs to: pinward doctor'
  [ -z "$stay" ] || [ "$command_name" = refresh ] || die 2 '--stay belongs to: pinward refresh'
}
