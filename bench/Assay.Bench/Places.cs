using System.Runtime.InteropServices;

namespace Assay.Bench;

/// <summary>Where the things lie that are measured with: looked for from the program upwards.</summary>
internal static class Places
{
    /// <summary>A file or folder of the test data outside the repository: under <c>ASSAY_DATA</c>, else in <c>shared/data</c> beside the repository.</summary>
    public static string? Data(string relative)
    {
        if (Environment.GetEnvironmentVariable("ASSAY_DATA") is not { Length: > 0 } set)
            return Above(Path.Combine("shared", "data", relative));
        var path = Path.Combine(set, relative);
        return Path.Exists(path) ? path : null;
    }

    /// <summary>A file or folder of the repository.</summary>
    public static string? InRepository(string relative) => Above(relative);

    /// <summary>The library that <c>bench/peers</c> installs.</summary>
    public static string? OnnxRuntime()
    {
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        return Above($"bench/node_modules/onnxruntime-node/bin/napi-v6/linux/{architecture}/libonnxruntime.so.1");
    }

    private static string? Above(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, relative) is var path && Path.Exists(path))
                return path;
        return null;
    }
}
