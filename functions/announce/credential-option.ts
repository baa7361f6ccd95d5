// The option by which the commands of announcements send a credential: a file with the header. A token among the arguments of a command
// could be read by every user of the machine. functions/api/README.md says how to make the file.

export const credentialOption = '-H @"$HOME/.pinward-header"';
