"""Business begun before the portal: columns, words and checks of the workbooks it is loaded from. Pure."""
