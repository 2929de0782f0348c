using System.CommandLine;
using System.Text;
using Assay.Verify;
using Assay.Verify.Notes;

namespace Assay.Cli.Commands;

/// <summary>The options that say who witnesses a node's log.</summary>
internal sealed class WitnessOptions
{
    public Option<string[]> Witness { get; } = new("--witness")
    {
        Description = "A witness of this node's log, as `assay log witness` prints it; once for each, and kept for later starts. `none` for nobody",
        HelpName = "\"VKEY URL\"",
    };

    public Option<int?> Quorum { get; } = new Option<int?>("--quorum") { Description = "How many of them must cosign a checkpoint (default: more than half)", HelpName = "K" }.From(1, int.MaxValue);

    public Option<string?> LogPolicy { get; } = new("--log-policy") { Description = "The same as a tlog-policy (c2sp.org/tlog-policy) with the witnesses' URLs", HelpName = "FILE" };

    /// <summary>A tlog-policy of these witnesses, empty for nobody, null where nothing was said.</summary>
    public string? TextOf(ParseResult parsed)
    {
        var witnesses = parsed.GetValue(Witness) ?? [];
        var quorum = parsed.GetValue(Quorum);
        if (parsed.GetValue(LogPolicy) is { } file)
            return witnesses.Length == 0 && quorum is null ? Shared.ReadText(LogPolicy.Name, file) : throw new UsageException("either --log-policy or --witness, not both");
        if (witnesses is ["none"])
            return "";
        if (witnesses.Length == 0)
            return quorum is null ? null : throw new UsageException("--quorum needs --witness");
        var k = quorum ?? witnesses.Length / 2 + 1;
        if (k > witnesses.Length)
            throw new UsageException($"--quorum {k} of {witnesses.Length} witnesses: from 1 to {witnesses.Length}");
        var text = new StringBuilder();
        for (var i = 0; i < witnesses.Length; i++)
            text.Append(witnesses[i].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var vkey, var url]
                ? $"witness w{i + 1} {Checked(vkey)} {url}\n"
                : throw new UsageException($"--witness '{witnesses[i]}' is not \"VKEY URL\""));
        return text.Append($"group witnesses {k}{string.Concat(Enumerable.Range(1, witnesses.Length).Select(i => $" w{i}"))}\nquorum witnesses\n").ToString();
    }

    private static string Checked(string vkey)
    {
        try
        {
            _ = VerifierKey.Parse(vkey);
            return vkey;
        }
        catch (MalformedException e)
        {
            throw new UsageException($"--witness '{vkey}': {e.Message}");
        }
    }
}
