# The agent of one user, without root. `npm run release` fills in what stands between @.
class Pinward < Formula
  desc "Keeps Claude Code on the organisation's pins"
  homepage "@REPOSITORY@"
  url "@URL@"
  sha256 "@SHA256@"
  license "Apache-2.0"

  def install
    bin.install "posix/pinward.sh" => "pinward"
  end

  service do
    run [opt_bin/"pinward", "refresh", "--stay"]
    run_type :interval
    interval 300
    environment_variables PATH: std_service_path_env
  end

  def caveats
    <<~TEXT
      Write ~/.config/pinward/agent.conf, and the token to a file that only you may read:
        server = https://pinward.example.com
        token_file = #{Dir.home}/.config/pinward/token
        delivery = shell
      Then run brew services start pinward, and add to the profile of your shell:
        eval "$(pinward env)"
      Root's agent, for a whole machine, is installed by install.sh: users may write Homebrew's folders.
    TEXT
  end

  test do
    assert_match "usage: pinward", shell_output("#{bin}/pinward --help")
  end
end
