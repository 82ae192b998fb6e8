/** Characters. In a file of its own for the commands that do not wait for the whole schema. */
export const shortestAdminToken = 16
