# The decisions of an organisation. Everything else is the same for all.

variable "project" {
  type        = string
  description = "The id of the project that Pinward runs in. Its own: who may deploy here may change every machine's pins."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project id has 6 to 30 lowercase letters, digits and hyphens, begins with a letter and doesn't end in a hyphen."
  }
}

variable "region" {
  type        = string
  description = "Where the functions, the key and the bundles are, such as europe-west1. Calls to Vertex go where the policy says."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+(-[a-z]+)+[0-9]+$", var.region))
    error_message = "A region looks like europe-west1; multi-regions have no functions."
  }
}

variable "firestore_location" {
  type        = string
  description = "Where the store is, such as eur3 or nam5 for several regions; the region when null. It can never be changed."
  default     = null
}

variable "database" {
  type        = string
  description = "The Firestore database. One of its own, when the project's (default) is somebody else's."
  default     = "(default)"
  nullable    = false

  validation {
    condition     = var.database == "(default)" || can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.database))
    error_message = "(default), or 4 to 63 lowercase letters, digits and hyphens that begin with a letter."
  }
}

variable "organisation" {
  type        = string
  description = "The name that answers are signed for, such as example.com. Machines take no answer for another one."
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,100}$", var.organisation))
    error_message = "Up to 100 letters, digits, dots, underscores and hyphens."
  }
}

variable "owners" {
  type        = list(string)
  description = "Addresses of the first owners, until the roles that Pinward keeps name one."
  nullable    = false

  validation {
    condition     = length(var.owners) > 0 && alltrue([for email in var.owners : can(regex("^[^@,\\s]+@[^@,\\s]+$", email))])
    error_message = "At least one e-mail address."
  }
}

variable "hosted_domains" {
  type        = list(string)
  description = "The Google Workspace domains whose people may come in."
  nullable    = false

  validation {
    condition     = length(var.hosted_domains) > 0 && alltrue([for domain in var.hosted_domains : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", domain))])
    error_message = "At least one domain such as example.com: without one, whoever has a Google account could ask."
  }
}

variable "audiences" {
  type        = list(string)
  description = "Audiences of Google ID tokens that are taken beside the API's own URL: the client ids of your own OAuth clients. For gcloud's own (32555940559.apps.googleusercontent.com), read SECURITY.md first."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for audience in var.audiences : can(regex("^[^,\\s]+$", audience))])
    error_message = "Audiences have no comma and no space."
  }
}

variable "admin_token" {
  type        = bool
  description = "Whether there is a token that is owner whatever the roles say, for the first day and for emergencies. Each use is told."
  default     = true
  nullable    = false
}

variable "bundles" {
  type        = string
  description = "The folder with the zips of `npm run build`; the dist of this checkout when null."
  default     = null
}

variable "release" {
  type = object({
    url     = string
    version = string
    sha256  = map(string)
    agents  = optional(map(string), {})
  })
  description = "The zips of a release, by address and hash, as `npm run release` prints them; those of `bundles` when null."
  default     = null

  validation {
    condition     = var.release == null ? true : can(regex("^https://[^\\s'\"]+[^/]$", var.release.url)) && can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$", var.release.version))
    error_message = "An https address of a folder, without a slash at its end, and a version such as 1.2.3."
  }

  validation {
    condition = var.release == null ? true : keys(var.release.sha256) == tolist(["advance", "announce", "api", "probe"]) && alltrue([
      for hash in values(var.release.sha256) : can(regex("^[0-9a-f]{64}$", hash))
    ])
    error_message = "A SHA-256 in hexadecimal for each of advance, announce, api and probe."
  }
}

variable "labels" {
  type        = map(string)
  description = "Labels of everything that can have some, such as a cost centre."
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "Up to 63 lowercase letters, digits, underscores and hyphens each; a key begins with a letter."
  }
}

variable "secret_locations" {
  type        = list(string)
  description = "The regions that keep the secrets; Google chooses when empty. Name some where gcp.resourceLocations is set. It can't be changed."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for location in var.secret_locations : can(regex("^[a-z]+(-[a-z]+)+[0-9]+$", location))])
    error_message = "Regions such as europe-west1."
  }
}

variable "probe_projects" {
  type        = list(string)
  description = "Every project that a ring of the policy names: where developers call Vertex AI, and where the probe looks."
  nullable    = false

  validation {
    condition     = alltrue([for id in var.probe_projects : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", id))])
    error_message = "Project ids, not numbers or names."
  }
}

variable "probe_locations" {
  type        = list(string)
  description = "Where the probe looks beside the locations of the policy."
  default     = ["global", "us", "eu"]
  nullable    = false

  validation {
    condition = length(var.probe_locations) > 0 && alltrue([
      for location in var.probe_locations : can(regex("^(global|us|eu|[a-z]+-[a-z]+[0-9]+)$", location))
    ])
    error_message = "At least one of global, us, eu or a region such as us-east5."
  }
}

variable "probe_permissions" {
  type        = list(string)
  description = "Permissions of the probe beyond aiplatform.endpoints.predict, should listing models need one (live check 4)."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for permission in var.probe_permissions : can(regex("^aiplatform\\.[a-zA-Z]+\\.(get|list)$", permission))])
    error_message = "Only permissions that read Vertex AI, such as aiplatform.models.list: the probe must not be able to change anything."
  }
}

variable "api_instances" {
  type = object({
    min = optional(number, 0)
    max = optional(number, 10)
  })
  description = "Instances of the api. With a minimum of 1 no login waits for a cold start."
  default     = {}
  nullable    = false

  validation {
    condition     = var.api_instances.min >= 0 && var.api_instances.max >= max(1, var.api_instances.min) && var.api_instances.max <= 1000
    error_message = "0 <= min <= max, and 1 <= max <= 1000."
  }
}

variable "api_invokers" {
  type        = list(string)
  description = "Who gets through Cloud Run to the api, which then looks at every credential itself. Machines with a token need allUsers, or Cloud Run's check to be off."
  default     = ["allUsers"]
  nullable    = false

  validation {
    condition     = alltrue([for member in var.api_invokers : can(regex("^(allUsers|allAuthenticatedUsers|(user|group|domain|serviceAccount):.+)$", member))])
    error_message = "Members as IAM writes them, such as allUsers or domain:example.com."
  }
}

variable "signing_protection" {
  type        = string
  description = "Where the signing key lives: SOFTWARE or HSM."
  default     = "SOFTWARE"
  nullable    = false

  validation {
    condition     = contains(["SOFTWARE", "HSM"], var.signing_protection)
    error_message = "SOFTWARE or HSM."
  }
}

variable "signing_versions" {
  type = object({
    current = optional(number, 1)
    next    = optional(number)
    old     = optional(number)
  })
  description = "The versions of the signing key: which signs, and which is published beside it while one takes over from another."
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for number in values(var.signing_versions) : number == null ? true : number >= 1 && floor(number) == number
    ]) && !contains([var.signing_versions.next, var.signing_versions.old], var.signing_versions.current)
    error_message = "Different whole numbers from 1."
  }
}

variable "writer_versions" {
  type        = map(list(number))
  description = "The versions of the key of each function that writes documents. The first signs; documents of all are believed."
  default     = { api = [1], advance = [1], probe = [1] }
  nullable    = false

  validation {
    condition = keys(var.writer_versions) == tolist(["advance", "api", "probe"]) && alltrue([
      for versions in values(var.writer_versions) : length(versions) > 0 && alltrue([for number in versions : number >= 1 && floor(number) == number])
    ])
    error_message = "A list of whole numbers from 1 for each of api, advance and probe."
  }
}

variable "unsigned_documents" {
  type        = string
  description = "accept believes documents without a signature: only while a store is taken over from a version before there were signatures."
  default     = "refuse"
  nullable    = false

  validation {
    condition     = contains(["refuse", "accept"], var.unsigned_documents)
    error_message = "refuse or accept."
  }
}

variable "history_days" {
  type        = number
  description = "How long the log keeps the heads of the history, in days."
  default     = 3650
  nullable    = false

  validation {
    condition     = var.history_days >= 30 && var.history_days <= 3650
    error_message = "30 to 3650 days."
  }
}

variable "alert_email" {
  type        = string
  description = "Who is told when Pinward itself needs a person."
  nullable    = false

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.alert_email))
    error_message = "An e-mail address."
  }
}

variable "alert_channels" {
  type        = list(string)
  description = "More notification channels of Cloud Monitoring, by their full names, such as one for PagerDuty."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.alert_channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", name))])
    error_message = "projects/PROJECT/notificationChannels/NUMBER."
  }
}

variable "budget" {
  type = object({
    billing_account = string
    monthly         = number
    currency        = optional(string, "USD")
  })
  description = "Mail when Pinward's project costs more in a month than this, in the currency of the billing account; none when null."
  default     = null

  validation {
    condition     = var.budget == null ? true : can(regex("^[0-9A-F]{6}(-[0-9A-F]{6}){2}$", var.budget.billing_account)) && can(regex("^[A-Z]{3}$", var.budget.currency)) && var.budget.monthly > 0 && floor(var.budget.monthly) == var.budget.monthly
    error_message = "A billing account looks like 0123AB-4567CD-89EF01; monthly is a whole number above 0; a currency is three capital letters."
  }
}

variable "load_balancer" {
  type = object({
    domain          = string
    console_domain  = optional(string)
    console_members = optional(list(string), [])
  })
  description = "A name of your own before the api, and a second one behind Identity-Aware Proxy for browsers; none when null."
  default     = null

  validation {
    condition = var.load_balancer == null ? true : alltrue([
      for name in compact([var.load_balancer.domain, var.load_balancer.console_domain]) : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", name))
    ]) && var.load_balancer.domain != var.load_balancer.console_domain
    error_message = "Two different domain names, such as pinward.example.com and pinward-console.example.com."
  }

  validation {
    condition     = var.load_balancer == null ? true : alltrue([for member in var.load_balancer.console_members : can(regex("^((user|group|serviceAccount):[^@\\s]+@[^@\\s]+|domain:[^@\\s]+|principal(Set)?://\\S+)$", member))])
    error_message = "A member looks like group:platform@example.com, user:ada@example.com or domain:example.com."
  }

  validation {
    condition     = var.load_balancer == null ? true : var.load_balancer.console_domain != null || length(var.load_balancer.console_members) == 0
    error_message = "Members of the console need a console_domain, which is where they sign in."
  }
}

variable "vertex" {
  type = object({
    project         = string
    billing_account = string
    organisation    = optional(string)
    folder          = optional(string)
    group           = string
    monthly_budget  = optional(number)
    currency        = optional(string, "USD")
  })
  description = "A project to make for Claude Code, in a folder or an organisation, for a group of developers; none when null."
  default     = null

  validation {
    condition     = var.vertex == null ? true : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.vertex.project)) && can(regex("^[^@\\s]+@[^@\\s]+$", var.vertex.group))
    error_message = "A project id, and the address of a group without the prefix group:."
  }

  validation {
    condition     = var.vertex == null ? true : (var.vertex.folder == null) != (var.vertex.organisation == null)
    error_message = "The number of either a folder or an organisation."
  }

  validation {
    condition     = var.vertex == null ? true : alltrue([for number in compact([var.vertex.folder, var.vertex.organisation]) : can(regex("^[0-9]+$", number))])
    error_message = "A folder or organisation is its number alone, such as 123456789012."
  }

  validation {
    condition     = var.vertex == null ? true : can(regex("^[0-9A-F]{6}(-[0-9A-F]{6}){2}$", var.vertex.billing_account)) && can(regex("^[A-Z]{3}$", var.vertex.currency))
    error_message = "A billing account looks like 0123AB-4567CD-89EF01; a currency is three capital letters, such as USD."
  }

  validation {
    condition     = try(var.vertex.monthly_budget, null) == null ? true : var.vertex.monthly_budget > 0 && floor(var.vertex.monthly_budget) == var.vertex.monthly_budget
    error_message = "The monthly budget is a whole number above 0, or null for none."
  }
}
