$(info [$(shell printf '\n\na\nb\n\nc\n\n\n')])
$(info [$(shell printf 'a\r\nb\r\n' | tr -d '\r')] [$(shell printf '  x  ')])
all: ; @:
