hash := \#
v := a$(hash)b
$(info $(v))
all: ; @echo '$(v)'
