all:
	@echo '$(subst a,b,\
	aaa) $(foreach x,1 2,\
	  <$(x)>)'
