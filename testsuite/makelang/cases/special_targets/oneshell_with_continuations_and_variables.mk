.ONESHELL:
v = make
all:
	@x=1
	if [ $$x = 1 ]; then
	  echo "$(v) $@" \
	    joined
	fi
