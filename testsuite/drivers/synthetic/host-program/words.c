char separator(void);

char separator(void)
{
	return SEPARATOR;
}
