using System.CommandLine;
using Assay.Node.Language;

namespace Assay.Cli;

/// <summary>Options of the commands that have a language model answer.</summary>
internal sealed class TextOptions
{
    private readonly Option<float?> temperature = new Option<float?>("--temperature") { Description = "Of a language model: 0 for the likeliest token each time, to 2 (default 1)", HelpName = "T" }.From(0f, 2f);
    private readonly Option<float?> topP = new Option<float?>("--top-p") { Description = "Of a language model: only the likeliest tokens that make up this share", HelpName = "P" }.From(0f, 1f);
    private readonly Option<long?> seed = new Option<long?>("--seed") { Description = "Of a language model: the same answer again", HelpName = "N" }.From(long.MinValue, long.MaxValue);
    private readonly Option<int?> maxTokens = new Option<int?>("--max-tokens") { Description = "Of a language model: tokens of an answer, at most", HelpName = "N" }.From(1, int.MaxValue);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[temperature, topP, seed, maxTokens])
            command.Options.Add(option);
    }

    public ChatSettings Read(ParseResult parsed) =>
        new(parsed.GetValue(temperature), parsed.GetValue(topP), parsed.GetValue(seed), parsed.GetValue(maxTokens));
}
