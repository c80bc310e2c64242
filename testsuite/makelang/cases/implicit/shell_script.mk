# setup: printf 'echo hi\n' > script.sh
# args: script
# args: script
