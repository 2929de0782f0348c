using System.CommandLine;
using Assay.Node.Language;

namespace Assay.Cli;

/// <summary>Options of the commands that have a language model answer.</summary>
internal sealed class TextOptions
{
    private readonly Option<float?> temperature = new("--temperature") { Description = "Of a language model: 0 for the likeliest token each time, to 2 (default 1)", HelpName = "T" };
    private readonly Option<float?> topP = new("--top-p") { Description = "Of a language model: only the likeliest tokens that make up this share", HelpName = "P" };
    private readonly Option<long?> seed = new("--seed") { Description = "Of a language model: the same answer again", HelpName = "N" };
    private readonly Option<int?> maxTokens = new("--max-tokens") { Description = "Of a language model: tokens of an answer, at most", HelpName = "N" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[temperature, topP, seed, maxTokens])
            command.Options.Add(option);
    }

    public ChatSettings Read(ParseResult parsed) =>
        new(parsed.GetValue(temperature), parsed.GetValue(topP), parsed.GetValue(seed), parsed.GetValue(maxTokens));
}
