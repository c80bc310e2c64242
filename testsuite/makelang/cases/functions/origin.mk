# env: ENVVAR=x
# args: CMDVAR=x
file = x
override over = x
$(info $(origin file) $(origin over) $(origin ENVVAR) $(origin CMDVAR) $(origin CC) $(origin nothing) $(origin @))
all: ; @echo $(origin @) $(origin <)
