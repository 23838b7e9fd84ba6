"""What `kaverun validate` has to say of campaign files, and how it is said to people, pipelines and editors."""
