export override a = 1
override export b = 2
private export c = 3
all: ; @echo $$a $$b [$$c] [$(c)] $(origin a)
