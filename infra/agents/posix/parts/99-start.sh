# --- start ------------------------------------------------------------------------------------------------------------
# The last line runs the command line. The shell has read the whole file by then, so the file may be replaced.

main "$@"
