a = c:\dir\new \% \\
$(info [$(a)])
all: ; @:
