private v = secret
$(info $(v))
all: ; @echo [$(v)]
