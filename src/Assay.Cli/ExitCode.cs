namespace Assay.Cli;

/// <summary>What <c>assay</c> says to the shell (docs/cli.md, Exit codes).</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Internal = 1;
    public const int Usage = 2;

    /// <summary>A model, tensor or file that is not what it should be.</summary>
    public const int BadInput = 3;

    public const int NotFound = 4;

    /// <summary>A data folder or port that another process has.</summary>
    public const int InUse = 5;

    /// <summary>A full disk, a log that has stopped, damaged state, a missing key.</summary>
    public const int Unavailable = 6;

    public const int Rejected = 10;
    public const int Unsupported = 20;
    public const int Malformed = 30;
}
