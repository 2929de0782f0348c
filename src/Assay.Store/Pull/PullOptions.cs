namespace Assay.Store.Pull;

/// <summary>From where models are pulled, and within which limits.</summary>
public sealed class PullOptions
{
    /// <summary>The hub that <c>hf:</c> means, or a mirror of it.</summary>
    public Uri Hub { get; init; } = new("https://huggingface.co");

    /// <summary>The registry that <c>ollama:</c> means, or a mirror of it.</summary>
    public Uri Registry { get; init; } = new("https://registry.ollama.ai");

    /// <summary>An access token of the hub: sent to its own address only, and shown nowhere.</summary>
    public string? Token { get; init; }

    /// <summary>Most bytes of one model, all its files together.</summary>
    public long MaxBytes { get; init; } = 200_000_000_000;

    /// <summary>How often a transfer is taken up again that brings nothing any more.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>The wait before the first of these; each further one is twice as long.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a server may send nothing.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Asked which of several .gguf files it is to be; without it they are listed in a refusal.</summary>
    public Func<IReadOnlyList<HubFile>, HubFile>? Choose { get; init; }
}

/// <summary>How far a pull is.</summary>
/// <param name="File">The file that is on its way.</param>
/// <param name="Done">Bytes of all files that are here.</param>
/// <param name="Had">Those of them that were here before.</param>
/// <param name="Total">Bytes of all files, or 0 while nobody has said.</param>
public readonly record struct PullProgress(string File, long Done, long Had, long Total);
