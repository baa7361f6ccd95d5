# --- doctor: pins -----------------------------------------------------------------------------------------------------
# Reads the applied pins as lines of path=value.

# A region variable has the family of its model in its name, and only the variables of pinned models are written.
# out: out_pins: lines of path=value; out_models: lines of family, model and location
read_pins() {
  case $delivery in
    shell) out_pins=$(sed -n "s/^export \([A-Z][A-Z0-9_]*\)='\(.*\)'\$/env.\1=\2/p" "$copy") ;;
    *)
      out_pins=$(flatten_json "$applied_file") &&
        out_pins=$(printf '%s\n' "$out_pins" | sed 's/^managedSettings\.//') ;;
  esac || return
  out_models=$(printf '%s\n' "$out_pins" | awk -F = '
    /^env\.CLOUD_ML_REGION=/ { location = $2 }
    /^env\.VERTEX_REGION_CLAUDE_/ { regions[$1] = $2 }
    /^env\.ANTHROPIC_DEFAULT_[A-Z]+_MODEL=./ {
      gsub(/^env\.ANTHROPIC_DEFAULT_|_MODEL$/, "", $1); sub(/\[1m\]$/, "", $2)
      families[++count] = $1; models[count] = $2
    }
    END {
      for (i = 1; i <= count; i++) {
        model_location = location
        for (name in regions) if (index(name, families[i])) model_location = regions[name]
        print tolower(families[i]), models[i], model_location
      }
    }')
  [ -n "$out_models" ]
}

# in: PATH of a setting
print_pin() {
  rest=$newline$out_pins$newline
  case $rest in *"$newline$1="*) rest=${rest#*"$newline$1="} && printf %s "${rest%%"$newline"*}" ;; esac
}
